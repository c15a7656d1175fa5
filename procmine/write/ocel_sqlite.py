"""Write a log as OCEL 2.0 in SQLite: the tables of the standard, filled a piece at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from procmine.engines.duckdb import quoted
from procmine.errors import InputError
from procmine.write.columns import CASE, Sheet, pieces
from procmine.write.ocel import EVENT_ID, SINCE_EVER, Attribute, ObjectLog, object_log, objects_of

# Numbers with decimals have no affinity of their own: SQLite would make 1e-05 of 0.00001, which is no plain number.
_AFFINITY = {"integer": "INTEGER", "float": "", "boolean": "INTEGER"}
_FRAME = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
"""


def write_sqlite(sheet: Sheet, path: Path) -> tuple[str, ...]:
    """Make the database at ``path``. Returns warnings (none)."""
    log = object_log(sheet)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            _fill(database, log)
    except sqlite3.Error as fault:
        raise InputError(f"The database cannot be written: {fault}.", where=path.name) from fault
    return ()


def _fill(database: sqlite3.Connection, log: ObjectLog) -> None:
    # A file that is not whole is thrown away, so that no journal is needed; the same pages in the same order.
    for setting in ("journal_mode = OFF", "synchronous = OFF", "page_size = 4096"):
        database.execute(f"PRAGMA {setting}")
    database.execute("BEGIN")
    for statement in _FRAME.strip().split("\n"):
        database.execute(statement)
    events, objects = _tables(database, log)
    _cases(database, log, objects)
    _others(database, log, objects)
    _events(database, log, events)
    database.execute("COMMIT")


def _tables(database: sqlite3.Connection, log: ObjectLog) -> tuple[dict[str, str], dict[str, str]]:
    """A table for each type, numbered: an activity may be called anything. Returns the tables by type."""
    kinds = {"event": dict.fromkeys(log.activities, log.of_events), "object": log.types()}
    made: dict[str, dict[str, str]] = {"event": {}, "object": {}}
    for kind, types in kinds.items():
        for number, (name, held) in enumerate(types.items(), 1):
            short = name if kind == "object" else f"t{number}"
            table = made[kind][name] = f"{kind}_{short}"
            own = ["ocel_id TEXT", "ocel_time TEXT", *(["ocel_changed_field TEXT"] if kind == "object" else [])]
            columns = [*own, *(f"{quoted(each.name)} {_AFFINITY.get(each.kind, 'TEXT')}" for each in held)]
            database.execute(f"CREATE TABLE {quoted(table)} ({', '.join(columns)})")
            database.execute(f"INSERT INTO {kind}_map_type VALUES (?, ?)", (name, short))
    return made["event"], made["object"]


def _cases(database: sqlite3.Connection, log: ObjectLog, tables: dict[str, str]) -> None:
    into = f"INSERT INTO {tables['case']} VALUES ({_marks(3 + len(log.of_cases))})"
    names = [f"a{number}" for number in range(len(log.of_cases))]
    select = {"id": CASE, "household": log.household or "NULL", **dict(zip(names, _values(log.of_cases), strict=True))}
    for piece in pieces(log.sheet, select, "e.event_no = 1"):
        ids = piece["id"].tolist()
        held = _held(piece, names, log.of_cases)
        database.executemany("INSERT INTO object VALUES (?, 'case')", [(name,) for name in ids])
        database.executemany(into, ((name, SINCE_EVER, None, *rest) for name, *rest in zip(ids, *held, strict=True)))
        related = zip(ids, piece["household"].tolist(), strict=True)
        pairs = [(case, household) for case, household in related if household is not None]
        database.executemany("INSERT INTO object_object VALUES (?, ?, 'household')", pairs)


def _others(database: sqlite3.Connection, log: ObjectLog, tables: dict[str, str]) -> None:
    for kind, table in tables.items():
        for rows in objects_of(log, kind) if kind != "case" else ():
            database.executemany("INSERT INTO object VALUES (?, ?)", [(name, kind) for name, _, _ in rows])
            database.executemany(f"INSERT INTO {table} VALUES (?, ?, NULL)", [(row[0], SINCE_EVER) for row in rows])
            owned = [row for row in rows if row[1] is not None]
            database.executemany("INSERT INTO object_object VALUES (?, ?, ?)", owned)


def _events(database: sqlite3.Connection, log: ObjectLog, tables: dict[str, str]) -> None:
    names = [f"a{number}" for number in range(len(log.of_events))]
    related = {f"r{number}": each.sql for number, each in enumerate(log.relations)}
    select = {"id": EVENT_ID, "type": "e.activity", "time": log.time, "case": CASE}
    select |= dict(zip(names, _values(log.of_events), strict=True)) | related
    qualifiers = [("case", "case"), *zip(related, (each.qualifier for each in log.relations), strict=True)]
    for piece in pieces(log.sheet, select):
        ids, types = piece["id"].tolist(), piece["type"].tolist()
        database.executemany("INSERT INTO event VALUES (?, ?)", zip(ids, types, strict=True))
        rows: dict[str, list[tuple[object, ...]]] = {}
        held = _held(piece, names, log.of_events)
        for name, kind, *rest in zip(ids, types, piece["time"].tolist(), *held, strict=True):
            rows.setdefault(kind, []).append((name, *rest))
        for kind, many in rows.items():
            database.executemany(f"INSERT INTO {tables[kind]} VALUES ({_marks(2 + len(names))})", many)
        for column, qualifier in qualifiers:
            pairs = zip(ids, piece[column].tolist(), strict=True)
            found = [(name, other, qualifier) for name, other in pairs if other is not None]
            database.executemany("INSERT INTO event_object VALUES (?, ?, ?)", found)


def _values(held: Sequence[Attribute]) -> list[str]:
    """SQL for the attributes as text; SQLite's columns make whole numbers of those that are."""
    return [each.sql for each in held]


def _held(piece: Mapping[str, Any], names: Sequence[str], attributes: Sequence[Attribute]) -> list[list[object]]:
    """The cells of a piece, attribute by attribute."""
    cells = [piece[name].tolist() for name in names]
    return [
        [_number(cell) for cell in column] if attribute.kind == "float" else column
        for column, attribute in zip(cells, attributes, strict=True)
    ]


def _number(cell: str | None) -> float | str | None:
    """A number as such, where its digits can be had again from it."""
    return cell if cell is None or "e" in repr(float(cell)) else float(cell)


def _marks(many: int) -> str:
    return ", ".join("?" * many)
