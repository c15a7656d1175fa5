"""Values: SQL that turns a column's cells into our codes, numbers or days; what means nothing is empty and counted.

Words are mapped over the distinct values of a column in Python, so that the rules stand in one place and are counted,
and joined back in SQL, so that ten million rows are no work.
"""

from __future__ import annotations

from collections.abc import Mapping

from procmine.engines.duckdb import DuckDB, literal
from procmine.errors import InputError
from procmine.read.source import Source
from procmine.read.tally import Tally, count_unreadable
from procmine.read.times.parsing import FIRST_YEAR, LAST_YEAR, parsing, shape_counts, to_local, years
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
    """SQL for a column of words: our code or text, empty where the log does not say; each change counted."""
    coded = schema.importable[name].kind in ("code", "list") and name in schema.codes
    changed = (_coded if coded else _named)(engine, table, name, cell, source, schema, tally)
    plain = f"NULLIF(r.{cell}, '')"
    if not changed:
        return plain
    mapping = f"map_{name}_{cell}"
    listed = ", ".join(
        f"({literal(theirs)}, {'NULL' if ours is None else literal(ours)})" for theirs, ours in changed.items()
    )
    engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE {mapping} (theirs VARCHAR, ours VARCHAR)")
    engine.connection.execute(f"INSERT INTO {mapping} VALUES {listed}")
    joins.append(f"LEFT JOIN {mapping} ON {mapping}.theirs = r.{cell}")
    return f"CASE WHEN {mapping}.theirs IS NULL THEN {plain} ELSE {mapping}.ours END"


def _silent(name: str, source: Source) -> frozenset[str]:
    """The words of a column that mean "not said". An activity may be called unknown: that is its name."""
    declared = source.unknown.get(name, frozenset())
    return declared if name == "activity" else declared | {"unknown"}


def _named(
    engine: DuckDB, table: str, name: str, cell: str, source: Source, schema: Schema, tally: Tally
) -> dict[str, str | None]:
    """What becomes of the words a source names, in a column of free names; all others stay what they are."""
    system = source.system if name == "worker" else frozenset()
    empty = _silent(name, source) | system
    listed = ", ".join(literal(value) for value in sorted(empty))
    found = (
        engine.run(f"SELECT {cell}, COUNT(*) FROM {table} WHERE {cell} IN ({listed}) GROUP BY 1 ORDER BY 1")
        if empty
        else []
    )
    for value, count in found:
        if value in system:
            tally.system.append({"value": str(value), "rows": int(count)})
        else:
            tally.unknown.append({"column": name, "value": str(value), "rows": int(count)})
    words = source.activities if name == "activity" else source.values.get(name, {})
    if name == "activity":
        _note_own_labels(engine, table, cell, words, empty, schema, tally)
    return {theirs: ours for theirs, ours in words.items() if theirs not in empty} | {
        str(value): None for value, _ in found
    }


def _note_own_labels(
    engine: DuckDB,
    table: str,
    cell: str,
    words: Mapping[str, str],
    empty: frozenset[str],
    schema: Schema,
    tally: Tally,
) -> None:
    """Labels that are no activity of the vocabulary: they stay steps of the process and count in no metric."""
    rows = engine.run(f"SELECT {cell}, COUNT(*) FROM {table} WHERE {cell} <> '' GROUP BY 1 ORDER BY 1")
    for value, count in rows:
        if words.get(value, value) not in schema.activities and value not in empty:
            tally.vocabulary.append({"column": "activity", "value": str(value), "rows": int(count)})


def _coded(
    engine: DuckDB, table: str, name: str, cell: str, source: Source, schema: Schema, tally: Tally
) -> dict[str, str | None]:
    """What becomes of every distinct value of a column of codes or lists of codes."""
    many = schema.importable[name].kind == "list"
    words, codes, silent = source.values.get(name, {}), schema.codes[name], _silent(name, source)
    changed: dict[str, str | None] = {}
    for value, count in _distinct(engine, table, cell, name, source.name):
        kept = []
        for part in (piece.strip() for piece in value.split("|")) if many and value not in words else (value,):
            code = words.get(part, part)
            if part in silent:
                tally.unknown.append({"column": name, "value": part, "rows": count})
            elif code in codes:
                kept.append(code)
            elif code != "":
                tally.vocabulary.append({"column": name, "value": part, "rows": count})
        ours = "|".join(dict.fromkeys(kept)) or None
        if ours != value:
            changed[value] = ours
    return changed


def number_value(engine: DuckDB, table: str, name: str, cell: str, kind: str, tally: Tally) -> str:
    """SQL for a number with point or comma before its decimals; thousands are not set apart. Others are counted."""
    target = "BIGINT" if kind == "integer" else "DOUBLE"
    pattern = r"[+-]?\d{1,18}" if kind == "integer" else r"[+-]?\d{1,15}([.,]\d{1,15})?"
    silent = int(engine.run(f"SELECT COUNT(*) FROM {table} WHERE {cell} = 'unknown'")[0][0])
    if silent:
        tally.unknown.append({"column": name, "value": "unknown", "rows": silent})
    bad = f"{cell} <> '' AND {cell} <> 'unknown' AND NOT regexp_full_match({cell}, {literal(pattern)})"
    count_unreadable(engine, table, name, bad, tally)
    raw = f"r.{cell}"
    number = f"TRY_CAST(replace({raw}, ',', '.') AS {target})"
    return f"CASE WHEN regexp_full_match({raw}, {literal(pattern)}) THEN {number} END"


def day_value(engine: DuckDB, table: str, name: str, cell: str, source: Source, tally: Tally) -> str:
    """SQL for a local calendar day; a time after it is cut off, a sentinel such as 9999-12-31 is empty and counted."""
    counts = engine.run(shape_counts(cell, table))
    read = parsing(f"r.{cell}", source.formats, tuple(str(row[0]) for row in counts) or ("iso_date",))
    low, high = years(engine, table, cell, counts, read)
    local = to_local(f"({read.instant})", source.zone, low, high)
    value = f"CAST(COALESCE({read.naive}, {local}) AS DATE)"
    real = f"CASE WHEN year({value}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {value} END"
    count_unreadable(engine, f"{table} AS r", name, f"r.{cell} <> '' AND ({real}) IS NULL", tally)
    return real
