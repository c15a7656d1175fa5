"""Normalise: raw text tables become one table of events in our columns and codes; what cannot be read is set aside.

Values are mapped over the distinct values of a column in Python, so that the rules stand in one place and are counted,
and joined back in SQL, so that ten million rows are no work. Nothing is dropped: a row without case, activity or
readable time goes to quarantine with its place and reason, a value without meaning becomes empty and is counted.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from procmine.engines.duckdb import TYPES, DuckDB, literal, quoted
from procmine.errors import InputError, nearest
from procmine.read.raw import RawFile
from procmine.read.source import Source
from procmine.read.tally import Tally
from procmine.read.texts import leave_out_texts
from procmine.read.times.clocks import Clock, clocks_of
from procmine.read.values import day_value, mapped_value, number_value
from procmine.schema import Schema


def match_columns(raw: RawFile, source: Source, schema: Schema) -> dict[str, int]:
    """Our column to the position of the file's. Raises InputError naming what is missing and what the file has."""
    positions = {name: index for index, name in enumerate(raw.columns)}
    matched: dict[str, int] = {}
    if source.columns:
        lost = [
            f"{ours} = {theirs!r}"
            for ours, theirs in source.columns.items()
            if schema.importable[ours].required and theirs not in positions
        ]
        if lost:
            raise InputError(
                f"The source {source.name} expects columns the file lacks: {', '.join(lost)}.",
                where=raw.name,
                hint=f"The file has: {', '.join(raw.columns)}.",
            )
        matched = {ours: positions[theirs] for ours, theirs in source.columns.items() if theirs in positions}
    for name, column in schema.importable.items():
        # Beside [columns] only what every log has is looked for under its agreed names: nothing else is guessed.
        if name in source.columns or (source.columns and not column.required):
            continue
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
    engine: DuckDB, raw: RawFile, table: str, into: str, *, file_no: int, source: Source, schema: Schema, name: str
) -> Tally:
    """Append the rows of raw ``table`` to ``into`` (made with the first file), or to quarantine. Returns what was
    done."""
    tally = Tally()
    matched = match_columns(raw, source, schema)
    tally.expected = [
        {"column": ours, "from": theirs, "near": get_close_matches(theirs, raw.columns, n=1)}
        for ours, theirs in source.columns.items()
        if theirs not in raw.columns
    ]
    leave_out_texts(engine, raw, table, matched, source, schema, tally)
    tally.unmapped = [name for index, name in enumerate(raw.columns) if index not in set(matched.values())]
    joins: list[str] = []
    columns: dict[str, str] = {}
    for column, position in matched.items():
        kind = schema.importable[column].kind
        tally.present.add(column)
        if kind == "timestamp":
            continue
        if kind == "date":
            columns[column] = day_value(engine, table, column, f"c{position}", source, tally)
        elif kind in ("integer", "number"):
            columns[column] = number_value(engine, table, column, f"c{position}", kind, tally)
        else:
            columns[column] = mapped_value(engine, table, column, f"c{position}", source, schema, tally, joins)
    if source.activities and "activity_label" not in columns:
        columns["activity_label"] = f"NULLIF(r.c{matched['activity']}, '')"
        tally.present.add("activity_label")
    for name, value in source.constants.items():
        columns[name] = literal(value)
        tally.present.add(name)
        tally.decisions.append(
            {
                "what": name,
                "value": value,
                "how": {"de": "fester Wert der Quelldatei", "en": "constant of the source file"},
            }
        )
    for rule in source.derive:
        columns.setdefault(rule.column, f"CAST(NULL AS {TYPES[schema.importable[rule.column].kind]})")
    if "office" not in columns:
        columns["office"] = literal(_office(raw.name, name, source, tally))
    clocks = clocks_of(engine, raw, table, matched, source, schema, tally)
    _stage(engine, raw, table, into, columns, joins, clocks, file_no, schema)
    _quarantine(engine, raw, table, into, file_no)
    _derive(engine, into, file_no, source, schema, tally)
    _fill_counts(engine, raw, into, matched, file_no, tally)
    return tally


def _office(file_name: str, name: str, source: Source, tally: Tally) -> str:
    """The office of a file that names none: by the source's file names, else the whole log is one office."""
    workbook = file_name.rpartition(":")[0]  # of a sheet
    for pattern, office in source.office_from_file.items():
        if fnmatch.fnmatchcase(file_name, pattern) or fnmatch.fnmatchcase(workbook, pattern):
            how = {"de": f"Dateiname wie {pattern}", "en": f"file name like {pattern}"}
            tally.decisions.append({"what": "office", "value": office, "how": how})
            return office
    how = {"de": "keine Spalte office: der Name der Eingabe", "en": "no office column: the name of the input"}
    tally.decisions.append({"what": "office", "value": name, "how": how})
    return name


def _stage(
    engine: DuckDB,
    raw: RawFile,
    table: str,
    into: str,
    columns: Mapping[str, str],
    joins: Sequence[str],
    clocks: Sequence[Clock],
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
        before = there - {"file_no", "position", "line", "fault"}
        if odd := sorted(before ^ set(names)):
            lacks = ", ".join(name for name in odd if name in before)
            more = ", ".join(name for name in odd if name not in before)
            said = [f"It lacks {lacks}."] * bool(lacks) + [f"Only it has {more}."] * bool(more)
            raise InputError(
                f"The file differs from those before it in the columns {', '.join(odd)}. {' '.join(said)}",
                where=raw.name,
                hint="Import deliveries of different shape apart; name the files that are the log by [file] pattern, "
                "and tables of persons by [[join]].",
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
    column = (
        f"CASE fault {' '.join(f'WHEN {literal(k)} THEN {literal(v)}' for k, v in place.items())} ELSE 'timestamp' END"
    )
    engine.connection.execute(
        f'INSERT INTO quarantine (file_no, line, "column", reason, raw) '
        f"SELECT {file_no}, r.line, {column}, e.fault, CAST(to_json([{cells}]) AS VARCHAR) FROM {table} AS r "
        f"JOIN {into} AS e ON e.file_no = {file_no} AND e.position = r.rowid AND e.fault <> '' ORDER BY r.rowid"
    )
    engine.connection.execute(f"DELETE FROM {into} WHERE file_no = {file_no} AND fault <> ''")


def _derive(engine: DuckDB, into: str, file_no: int, source: Source, schema: Schema, tally: Tally) -> None:
    """Fill what is empty by the declared rules, in their order; a rule on a column the file lacks meets no row."""
    there = {str(row[0]) for row in engine.run(f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{into}'")}
    for rule in source.derive:
        rows = 0
        if set(rule.when) <= there:
            tests = [f"{quoted(rule.column)} IS NULL", f"file_no = {file_no}"]
            tests += [f"{quoted(c)} IN ({', '.join(literal(v) for v in values)})" for c, values in rule.when.items()]
            update = f"UPDATE {into} SET {quoted(rule.column)} = {literal(rule.value)} WHERE {' AND '.join(tests)}"
            rows = int(engine.run(update)[0][0])
        tally.present.add(rule.column)
        tally.derived.append({"column": rule.column, "value": rule.value, "rule": rule.reason, "rows": rows})


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
