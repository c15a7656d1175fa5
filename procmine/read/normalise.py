"""Normalise: raw text tables become one table of events in our columns and codes; what cannot be read is set aside.

Values are mapped over the distinct values of a column in Python, so that the rules stand in one place and are counted, and
joined back in SQL, so that ten million rows are no work. Nothing is dropped: a row without case, activity or readable time goes
to quarantine with its place and reason, a value without meaning becomes empty and is counted.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from procmine.engines.duckdb import TYPES, DuckDB, literal, quoted
from procmine.errors import InputError, nearest
from procmine.read.raw import RawFile
from procmine.read.source import Source
from procmine.read.times import DATE_SHAPES, FIRST_YEAR, LAST_YEAR, SHAPES, Parsing, parsing, shape_counts, to_local, to_utc
from procmine.schema import Schema

# A code column with more distinct values than this is no code column; the mapping names the fault instead of filling memory.
MAX_CODES = 100_000
# So many unknown values of a column are listed in the receipt; the rest is one count.
LISTED = 50


@dataclass(slots=True)
class Tally:
    """What normalising one file changed, each with its count; goes into the receipt."""

    columns: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    vocabulary: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    system: list[dict[str, Any]] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    present: set[str] = field(default_factory=set)


def match_columns(raw: RawFile, source: Source, schema: Schema) -> dict[str, int]:
    """Our column to the position of the file's. Raises InputError naming what is missing and what the file has."""
    positions = {name: index for index, name in enumerate(raw.columns)}
    matched: dict[str, int] = {}
    if source.columns:
        absent = [f"{ours} = {theirs!r}" for ours, theirs in source.columns.items() if theirs not in positions]
        required = [ours for ours in source.columns if schema.importable[ours].required]
        lost = [ours for ours in required if source.columns[ours] not in positions]
        if lost:
            raise InputError(
                f"The source {source.name} expects columns the file lacks: {', '.join(absent)}.",
                where=raw.name,
                hint=f"The file has: {', '.join(raw.columns)}.",
            )
        matched = {ours: positions[theirs] for ours, theirs in source.columns.items() if theirs in positions}
    else:
        for name, column in schema.importable.items():
            for spelling in _spellings(name, column.xes, column.level):
                if spelling in positions:
                    matched[name] = positions[spelling]
                    break
    missing = [
        name
        for name, column in schema.importable.items()
        if column.required and name not in matched and name not in source.constants
    ]
    if missing:
        hints = " ".join(f"{name}: {nearest(name, raw.columns)}" for name in missing)
        raise InputError(
            f"The file has no column {', '.join(missing)}. It has: {', '.join(raw.columns)}. {hints}",
            where=raw.name,
            hint="Name the columns in a source file and pass it with --source.",
        )
    return matched


def _spellings(name: str, xes: str, level: str) -> tuple[str, ...]:
    if not xes:
        return (name,)
    return (name, f"case:{xes}", xes) if level == "trace" else (name, xes, f"case:{xes}")


def normalise(
    engine: DuckDB, raw: RawFile, table: str, into: str, *, file_no: int, source: Source, schema: Schema
) -> Tally:
    """Append the rows of raw ``table`` to ``into`` (made with the first file), or to quarantine. Returns what was done."""
    tally = Tally()
    matched = match_columns(raw, source, schema)
    tally.unmapped = [name for index, name in enumerate(raw.columns) if index not in set(matched.values())]
    joins: list[str] = []
    columns: dict[str, str] = {}
    for name, position in matched.items():
        kind = schema.importable[name].kind
        tally.present.add(name)
        cell = f"r.c{position}"
        if kind == "timestamp":
            continue
        if kind == "date":
            columns[name] = _date(engine, table, name, f"c{position}", source, tally)
        elif kind in ("integer", "number"):
            columns[name] = _number(engine, table, name, f"c{position}", kind, tally)
        elif kind in ("code", "list") or name in ("activity", "worker", "office", "team", "case_id") or (
            name in source.unknown or name in source.values
        ):
            columns[name] = _mapped(engine, table, name, f"c{position}", source, schema, tally, joins)
        else:
            columns[name] = f"NULLIF({cell}, '')"
    if source.activities and "activity_label" not in columns:
        columns["activity_label"] = f"NULLIF(r.c{matched['activity']}, '')"
        tally.present.add("activity_label")
    for name, value in source.constants.items():
        columns[name] = literal(value)
        tally.present.add(name)
        tally.decisions.append({"what": name, "value": value, "how": "constant of the source file"})
    for rule in source.derive:
        columns.setdefault(rule.column, f"CAST(NULL AS {TYPES[schema.importable[rule.column].kind]})")
    if "office" not in columns:
        columns["office"] = literal(_office(raw.name, source, tally))
    clocks = _clocks(engine, raw, table, matched, source, schema, tally)
    _stage(engine, raw, table, into, columns, joins, clocks, file_no, schema)
    _quarantine(engine, raw, table, into, file_no)
    _derive(engine, into, file_no, source, schema, tally)
    _fill_counts(engine, raw, into, matched, file_no, tally)
    return tally


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


def _mapped(
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


def _number(engine: DuckDB, table: str, name: str, cell: str, kind: str, tally: Tally) -> str:
    target = "BIGINT" if kind == "integer" else "DOUBLE"
    pattern = r"[+-]?\d{1,18}" if kind == "integer" else r"[+-]?\d{1,15}([.,]\d{1,15})?"
    bad = f"{cell} <> '' AND {cell} <> 'unknown' AND NOT regexp_full_match({cell}, {literal(pattern)})"
    _unreadable(engine, table, name, cell, bad, tally)
    raw = f"r.{cell}"
    return f"CASE WHEN regexp_full_match({raw}, {literal(pattern)}) THEN TRY_CAST(replace({raw}, ',', '.') AS {target}) END"


def _date(engine: DuckDB, table: str, name: str, cell: str, source: Source, tally: Tally) -> str:
    """SQL for a calendar day; a time after it is cut off, a sentinel such as 9999-12-31 is empty and counted."""
    shapes = tuple(sorted(str(row[0]) for row in engine.run(shape_counts(cell, table))))
    date_formats = tuple(form for form in source.formats if "%H" not in form)
    formats = date_formats if any(shape == "other" for shape in shapes) else ()
    read = parsing(f"r.{cell}", formats, shapes or ("iso_date",))
    value = f"COALESCE(CAST({read.naive} AS DATE), CAST({read.instant} AS DATE))"
    real = f"CASE WHEN year({value}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {value} END"
    _unreadable(engine, f"{table} AS r", name, f"r.{cell}", f"r.{cell} <> '' AND ({real}) IS NULL", tally)
    return real


def _unreadable(engine: DuckDB, table: str, name: str, cell: str, where: str, tally: Tally) -> None:
    count, first = engine.run(f"SELECT COUNT(*), MIN(line) FROM {table} WHERE {where}")[0]
    if count:
        tally.unreadable.append({"column": name, "rows": int(count), "first_line": int(first)})


def _office(file_name: str, source: Source, tally: Tally) -> str:
    for pattern, office in source.office_from_file.items():
        if fnmatch.fnmatchcase(file_name, pattern):
            tally.decisions.append({"what": "office", "value": office, "how": f"file name like {pattern}"})
            return office
    name = PurePath(file_name).name.split(".")[0]
    tally.decisions.append({"what": "office", "value": name, "how": "no office column: the name of the file"})
    return name


@dataclass(frozen=True, slots=True)
class _Clock:
    """One time column in two steps of SQL, so that each value is parsed once: ``parsed`` from the raw cell, and from that
    what the event is ``given``, or the ``fault`` that refuses it."""

    parsed: Mapping[str, str]
    given: Mapping[str, str]
    fault: str


def _clocks(
    engine: DuckDB,
    raw: RawFile,
    table: str,
    matched: Mapping[str, int],
    source: Source,
    schema: Schema,
    tally: Tally,
) -> list[_Clock]:
    """A clock for every time column; that of the event itself comes first."""
    clocks = []
    for name, position in matched.items():
        if schema.importable[name].kind != "timestamp":
            continue
        cell = f"c{position}"
        counts = engine.run(shape_counts(cell, table))
        formats = _formats(raw, name, counts, source, tally)
        read = parsing(f"r.{cell}", formats, tuple(row[0] for row in counts) or ("iso_local",))
        low, high = _years(engine, table, cell, counts, read)
        naive, instant = f"{name}_naive", f"{name}_instant"
        utc, doubt = to_utc(naive, source.zone, low, high, source.overlap)
        local = to_local(instant, source.zone, low, high)
        parsed = {naive: read.naive, instant: read.instant}
        given = {name: f"COALESCE({instant}, {utc})"}
        day = f"CAST(COALESCE({naive}, {local}) AS DATE)"
        sane = f"year(COALESCE({naive}, {instant})) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"
        fault = ""
        if name == "timestamp":
            dates = ", ".join(literal(shape) for shape in (*DATE_SHAPES, "declared_date"))
            parsed |= {"date_only": f"{read.shape} IN ({dates})", "timestamp_cell": f"r.{cell}"}
            given |= {"local_date": day, "date_only": "date_only"}
            fault = (
                "CASE WHEN timestamp_cell IS NULL OR timestamp_cell = '' THEN 'missing_timestamp' "
                f"WHEN {naive} IS NULL AND {instant} IS NULL THEN 'unreadable_timestamp' "
                f"WHEN NOT {sane} THEN 'implausible_year' WHEN {naive} IS NOT NULL THEN {doubt} ELSE '' END"
            )
        else:
            bad = f"r.{cell} <> '' AND (year(COALESCE({read.naive}, {read.instant})) BETWEEN {FIRST_YEAR} AND {LAST_YEAR})"
            _unreadable(engine, f"{table} AS r", name, f"r.{cell}", f"{bad} IS NOT TRUE", tally)
            given = {name: f"CASE WHEN {sane} THEN {given[name]} END"}
            if made := {"planned_at": "planned_date", "requested_at": "requested_date"}.get(name):
                given[made] = f"CASE WHEN {sane} THEN {day} END"
        clocks.append(_Clock(parsed, given, fault))
    return clocks


def _formats(
    raw: RawFile, name: str, counts: Sequence[Sequence[Any]], source: Source, tally: Tally
) -> tuple[str, ...]:
    """The declared formats if they are needed; ISO and TT.MM.JJJJ are read without. Refuses what would be a guess."""
    other = next((row for row in counts if row[0] == "other"), None)
    known = sum(row[1] for row in counts if row[0] in SHAPES)
    if source.formats and (other is not None or not known):
        tally.decisions.append({"what": f"{name} format", "value": ", ".join(source.formats), "how": "declared"})
        return source.formats
    if other is not None and name == "timestamp" and other[1] > known:
        line, value = other[2], other[3]
        masked = "".join("9" if sign.isdigit() else sign for sign in value)
        raise InputError(
            f"The times look like {masked}; {_readings(masked)}",
            where=f"{raw.name}:{line}",
            hint='Declare the order in a source file: [time] formats = ["%d/%m/%Y %H:%M"] (or "%m/%d/%Y …").',
        )
    for shape, count, *_ in counts:
        if shape in SHAPES:
            tally.decisions.append({"what": f"{name} format", "value": shape, "how": f"all {count} values of this shape"})
    return ()


def _readings(masked: str) -> str:
    if "/" in masked or masked.count("-") >= 2:
        return "this can be day before month or month before day."
    return "this is neither ISO 8601 nor TT.MM.JJJJ."


def _years(engine: DuckDB, table: str, cell: str, counts: Sequence[Sequence[Any]], read: Parsing) -> tuple[int, int]:
    """First and last plausible year of a column, one to spare on either side; read off the text where its shape shows it."""
    if all(row[0] in SHAPES for row in counts):
        found = [int(year) for row in counts for year in row[4:6] if year is not None]
    else:
        value = f"year(COALESCE({read.naive}, {read.instant}))"
        row = engine.run(f"SELECT MIN({value}), MAX({value}) FROM {table} AS r WHERE r.{cell} <> ''")[0]
        found = [int(year) for year in row if year is not None]
    sane = [min(max(year, FIRST_YEAR), LAST_YEAR) for year in found]
    return (min(sane) - 1, max(sane) + 1) if sane else (2000, 2001)


def _stage(
    engine: DuckDB,
    raw: RawFile,
    table: str,
    into: str,
    columns: Mapping[str, str],
    joins: Sequence[str],
    clocks: Sequence[_Clock],
    file_no: int,
    schema: Schema,
) -> None:
    given = {name: sql for clock in clocks for name, sql in clock.given.items()}
    time_fault = next((clock.fault for clock in clocks if clock.fault), "'missing_timestamp'")
    fault = (
        "CASE WHEN case_id IS NULL THEN 'missing_case_id' WHEN activity IS NULL THEN 'missing_activity' "
        f"ELSE {time_fault} END"
    )
    inner = [f"{sql} AS {quoted(name)}" for name, sql in columns.items()]
    inner += [f"{sql} AS {quoted(name)}" for clock in clocks for name, sql in clock.parsed.items()]
    names = ", ".join(quoted(name) for name in (*columns, *given))
    values = ", ".join((*(quoted(name) for name in columns), *given.values()))
    parsed = f"SELECT r.rowid AS position, r.line, {', '.join(inner)} FROM {table} AS r {' '.join(joins)}"
    _room_for(engine, raw, into, (*columns, *given), schema)
    engine.connection.execute(
        f"INSERT INTO {into} (file_no, position, line, fault, {names}) "
        f"SELECT {file_no}, position, line, {fault}, {values} FROM ({parsed}) AS p"
    )


def _room_for(engine: DuckDB, raw: RawFile, into: str, names: Sequence[str], schema: Schema) -> None:
    """Make the table of events with the first file; a later delivery of another shape is refused by name."""
    there = {str(row[0]) for row in engine.run(f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{into}'")}
    if there:
        if odd := sorted((there - {"file_no", "position", "line", "fault"}) ^ set(names)):
            raise InputError(
                f"The file differs from those before it in the columns {', '.join(odd)}.",
                where=raw.name,
                hint="Import deliveries of different shape apart, or give each its source file.",
            )
        return
    kinds = schema.tables["events"].kinds()
    listed = ", ".join(f"{quoted(name)} {TYPES[kinds[name]]}" for name in names)
    engine.connection.execute(
        f"CREATE TABLE {into} (file_no INTEGER, position BIGINT, line BIGINT, fault VARCHAR, {listed})"
    )


def _quarantine(engine: DuckDB, raw: RawFile, table: str, into: str, file_no: int) -> None:
    """Move the rows with a fault to quarantine, with the cells as the file had them."""
    cells = ", ".join(f"r.c{index}" for index in range(len(raw.columns)))
    place = {"missing_case_id": "case_id", "missing_activity": "activity"}
    column = f"CASE fault {' '.join(f'WHEN {literal(k)} THEN {literal(v)}' for k, v in place.items())} ELSE 'timestamp' END"
    engine.connection.execute(
        f"INSERT INTO quarantine (file_no, line, \"column\", reason, raw) "
        f"SELECT {file_no}, r.line, {column}, e.fault, CAST(to_json([{cells}]) AS VARCHAR) FROM {table} AS r "
        f"JOIN {into} AS e ON e.file_no = {file_no} AND e.position = r.rowid AND e.fault <> '' ORDER BY r.rowid"
    )
    engine.connection.execute(f"DELETE FROM {into} WHERE file_no = {file_no} AND fault <> ''")


def _derive(engine: DuckDB, into: str, file_no: int, source: Source, schema: Schema, tally: Tally) -> None:
    for rule in source.derive:
        tests = [f"{quoted(rule.column)} IS NULL", f"file_no = {file_no}"]
        tests += [f"{quoted(c)} IN ({', '.join(literal(v) for v in values)})" for c, values in rule.when.items()]
        count = engine.run(
            f"UPDATE {into} SET {quoted(rule.column)} = {literal(rule.value)} WHERE {' AND '.join(tests)}"
        )[0][0]
        tally.present.add(rule.column)
        tally.derived.append({"column": rule.column, "value": rule.value, "rule": rule.reason, "rows": int(count)})


def _fill_counts(
    engine: DuckDB, raw: RawFile, into: str, matched: Mapping[str, int], file_no: int, tally: Tally
) -> None:
    present = sorted(tally.present)
    counts = engine.run(
        f"SELECT {', '.join(f'COUNT({quoted(name)})' for name in present)} FROM {into} WHERE file_no = {file_no}"
    )[0]
    for name, filled in zip(present, counts, strict=True):
        origin = raw.columns[matched[name]] if name in matched else ""
        tally.columns.append({"name": name, "from": origin, "filled": int(filled)})
    for entries in (tally.vocabulary, tally.unknown):
        entries.sort(key=lambda entry: (entry["column"], -entry["rows"], entry["value"]))
