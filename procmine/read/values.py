"""Values: SQL that turns a column's cells into our codes, numbers or days; what means nothing is empty and counted.

Words are mapped over the distinct values of a column in Python, so that the rules stand in one place and are counted,
and joined back in SQL, so that ten million rows are no work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from procmine.engines.duckdb import DuckDB, literal
from procmine.errors import InputError
from procmine.read.source import Source
from procmine.read.tally import Tally, count_unreadable
from procmine.read.times import FIRST_YEAR, LAST_YEAR, parsing, shape_counts
from procmine.schema import Schema

# A code column with more distinct values holds no codes; the mapping names the fault instead of filling memory.
MAX_CODES = 100_000


def _distinct(engine: DuckDB, table: str, cell: str, name: str, place: str) -> list[tuple[str, int]]:
    rows = engine.run(
        f"SELECT {cell}, COUNT(*) FROM {table} WHERE {cell} <> '' GROUP BY 1 ORDER BY 1 LIMIT {MAX_CODES + 1}"
    )
    if len(rows) > MAX_CODES:
        raise InputError(
            f"The column for {name} has more than {MAX_CODES} distinct values: it holds no codes.",
            where=place,
            hint="Name another column in the source file.",
        )
    return [(str(value), int(count)) for value, count in rows]


def mapped_value(
    engine: DuckDB,
    table: str,
    name: str,
    cell: str,
    source: Source,
    schema: Schema,
    tally: Tally,
    joins: list[str],
) -> str:
    """SQL for a column whose values are translated; the plain column where every value stays what it is."""
    unknown = source.unknown.get(name, frozenset())
    words = source.activities if name == "activity" else source.values.get(name, {})
    codes = schema.codes.get(name) if schema.importable[name].kind in ("code", "list") else None
    plain = f"NULLIF(r.{cell}, '')"
    if name == "case_id" or (codes is None and not unknown and not words and not (name == "worker" and source.system)):
        return plain
    changed: list[tuple[str, str | None]] = []
    for value, count in _distinct(engine, table, cell, name, source.name):
        if name == "worker" and value in source.system:
            tally.system.append({"value": value, "rows": count})
            changed.append((value, None))
            continue
        if value in unknown or (codes is not None and value == "unknown"):
            tally.unknown.append({"column": name, "value": value, "rows": count})
            changed.append((value, None))
            continue
        ours = _codes_of(value, words, codes, schema.importable[name].kind == "list", unknown)
        if ours is None:
            tally.vocabulary.append({"column": name, "value": value, "rows": count})
        if ours != value:
            changed.append((value, ours))
    if not changed:
        return plain
    mapping = f"map_{name}_{cell}"
    engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE {mapping} (theirs VARCHAR, ours VARCHAR)")
    engine.connection.executemany(f"INSERT INTO {mapping} VALUES (?, ?)", changed)
    joins.append(f"LEFT JOIN {mapping} ON {mapping}.theirs = r.{cell}")
    return f"CASE WHEN {mapping}.theirs IS NULL THEN {plain} ELSE {mapping}.ours END"


def _codes_of(
    value: str,
    words: Mapping[str, str],
    codes: Mapping[str, Any] | None,
    many: bool,
    unknown: frozenset[str],
) -> str | None:
    """The code for a value; None where the vocabulary has none. A list keeps its known parts."""
    if value in words:
        return words[value]
    if codes is None:
        return value
    if not many:
        return value if value in codes else None
    parts = [words.get(part, part) for part in (piece.strip() for piece in value.split("|")) if part not in unknown]
    known = [part for part in parts if part in codes]
    return "|".join(known) if known and len(known) == len(parts) else None


def number_value(engine: DuckDB, table: str, name: str, cell: str, kind: str, tally: Tally) -> str:
    target = "BIGINT" if kind == "integer" else "DOUBLE"
    pattern = r"[+-]?\d{1,18}" if kind == "integer" else r"[+-]?\d{1,15}([.,]\d{1,15})?"
    bad = f"{cell} <> '' AND {cell} <> 'unknown' AND NOT regexp_full_match({cell}, {literal(pattern)})"
    count_unreadable(engine, table, name, bad, tally)
    raw = f"r.{cell}"
    number = f"TRY_CAST(replace({raw}, ',', '.') AS {target})"
    return f"CASE WHEN regexp_full_match({raw}, {literal(pattern)}) THEN {number} END"


def day_value(engine: DuckDB, table: str, name: str, cell: str, source: Source, tally: Tally) -> str:
    """SQL for a calendar day; a time after it is cut off, a sentinel such as 9999-12-31 is empty and counted."""
    shapes = tuple(sorted(str(row[0]) for row in engine.run(shape_counts(cell, table))))
    date_formats = tuple(form for form in source.formats if "%H" not in form)
    formats = date_formats if any(shape == "other" for shape in shapes) else ()
    read = parsing(f"r.{cell}", formats, shapes or ("iso_date",))
    value = f"COALESCE(CAST({read.naive} AS DATE), CAST({read.instant} AS DATE))"
    real = f"CASE WHEN year({value}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {value} END"
    count_unreadable(engine, f"{table} AS r", name, f"r.{cell} <> '' AND ({real}) IS NULL", tally)
    return real
