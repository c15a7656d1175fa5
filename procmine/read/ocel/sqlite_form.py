"""Read the SQLite form of an OCEL 2.0 log: plain tables only, each read once from end to end, nothing in it executed.

The database is opened read-only and immutable. Views, virtual tables, triggers and generated columns are code; a needed
table that is one or has one is refused. What belongs together is put together here, never by a query on the file.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from procmine.engines.duckdb import quoted
from procmine.errors import InputError
from procmine.read.files.opening import GZIP, Opened
from procmine.read.limits import LIMITS
from procmine.read.ocel.records import BETWEEN_OBJECTS, EventSaid, Fault, Notes, ObjectSaid, Record, TypeSaid

MAGIC = b"SQLite format 3\0"
# A message of SQLite that quotes damaged text fails to become text itself.
BROKEN = (sqlite3.Error, UnicodeDecodeError)
STEP_PACE = 10_000  # steps of the engine between two looks at the clock
Cell = bytes | None
# What reading plain tables asks of SQLite; anything else is refused before it runs.
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA})


def read_sqlite(file: Opened, path: Path, notes: Notes) -> Iterator[Record]:
    """Every type, object and event of the database, objects first; a line is the number of the row in its table."""
    _whole(file, path)
    database = _Database(file, path)
    try:
        notes.encoding, notes.encoding_how = database.encoding, "declared"
        yield from _objects(database, notes)
        yield from _events(database, notes)
    except BROKEN as fault:
        raise database.broken(fault) from None
    except MemoryError:
        raise database.bad("A value needs more memory than there is.") from None
    finally:
        database.close()
    file.unchanged(path)


def _whole(file: Opened, path: Path) -> None:
    """Read the file once for its digest; it must be a database that nobody is writing to."""
    first = b""
    for piece in file.stored():
        first = first or piece[: len(MAGIC)]
    if first.startswith(GZIP):
        raise InputError("A packed SQLite database is not read.", where=file.name, hint="Unpack it first.")
    if first != MAGIC:
        raise InputError("This is no SQLite database.", where=file.name, hint="Copy or export it again.")
    if file.size > LIMITS.sqlite_bytes:
        raise InputError(
            f"The database has {file.size:,} bytes, the limit is {LIMITS.sqlite_bytes:,}.",
            where=file.name,
            hint="Export as JSON or XML: these are read piece by piece.",
        )
    real = path.resolve()
    for ending in ("-wal", "-journal"):
        beside = real.with_name(real.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise InputError(
                f"Beside the database lies {beside.name}: changes that are not in the file yet.",
                where=file.name,
                hint="Close the program that writes it (it then puts them in), or export again.",
            )


def _objects(database: _Database, notes: Notes) -> Iterator[Record]:
    tables = database.type_tables("object")
    said: dict[tuple[str, str], list[tuple[str, str | None, str | None]]] = defaultdict(list)
    faults: dict[tuple[str, str], Fault] = {}
    for name, table in tables.items():
        columns = database.columns(table)
        yield TypeSaid("object", name, tuple(column for column in columns if column not in _OWN))
        for row in database.rows(table, columns):
            cells, fault = _texts(columns, row)
            key = (name, cells.get("ocel_id") or "")
            said[key] += _values(cells, name)
            if fault:
                faults.setdefault(key, fault)
    for line, row in enumerate(database.rows("object", ("ocel_id", "ocel_type")), start=1):
        cells, fault = _texts(("id", "type"), row)
        key = (cells["type"] or "", cells["id"] or "")
        yield ObjectSaid(line, cells["id"], cells["type"], tuple(said.pop(key, ())), fault or faults.get(key))
    if database.has("object_object"):
        between = database.rows("object_object", ("ocel_source_id",))
        notes.counts[BETWEEN_OBJECTS] += sum(1 for _ in between)
    notes.counts["Object stands in the table of its type only and is not declared"] += len(said)


def _values(cells: dict[str, str | None], kind: str) -> list[tuple[str, str | None, str | None]]:
    """What a row of an object's table says: one changed attribute, or all that are filled."""
    time, changed_field = cells.get("ocel_time"), cells.get("ocel_changed_field")
    named = {name: value for name, value in cells.items() if name not in _OWN and not _repeats(name, value, kind)}
    if changed_field:
        return [(changed_field, named.get(changed_field), time)]
    return [(name, value, time) for name, value in named.items() if value is not None]


def _events(database: _Database, notes: Notes) -> Iterator[Record]:
    said: dict[tuple[str, str], EventSaid] = {}
    for name, table in database.type_tables("event").items():
        columns = database.columns(table)
        yield TypeSaid("event", name, tuple(c for c in columns if c not in _OWN and c != "ocel:activity"))
        for line, row in enumerate(database.rows(table, columns), start=1):
            event = _event(line, name, columns, row)
            key = (name, event.id or "")
            # Of two rows for one event nobody can say which is right.
            said[key] = replace(event, fault=("duplicate_event_id", None)) if key in said else event
    relations, broken = _relations(database)
    declared: set[str] = set()
    used: set[tuple[str, str]] = set()
    for line, row in enumerate(database.rows("event", ("ocel_id", "ocel_type")), start=1):
        cells, fault = _texts(("id", "type"), row)
        id, key = cells["id"] or "", (cells["type"] or "", cells["id"] or "")
        declared.add(id)
        used.add(key)
        event = said.get(key, EventSaid(line, cells["id"], cells["type"], None))
        first = fault or event.fault or broken.get(id)
        yield replace(
            event, line=line, id=cells["id"], type=cells["type"], relations=tuple(relations.get(id, ())), fault=first
        )
    for key, event in said.items():
        if key not in used:
            yield replace(event, relations=tuple(relations.get(key[1], ())), fault=("undeclared_event", None))
    lost = sum(len(held) for id, held in relations.items() if id not in declared)
    notes.counts["Relation of an event that is not declared"] += lost


def _event(line: int, kind: str, columns: Sequence[str], row: Sequence[object]) -> EventSaid:
    """What a row of a type's table says; its relations stand elsewhere."""
    cells, fault = _texts(columns, row)
    attributes = tuple(
        (name, value)
        for name, value in cells.items()
        if name not in _OWN and value is not None and not _repeats(name, value, kind)
    )
    return EventSaid(line, cells.get("ocel_id"), kind, cells.get("ocel_time"), attributes, fault=fault)


def _relations(database: _Database) -> tuple[dict[str, list[tuple[str, str | None]]], dict[str, Fault]]:
    """The related objects of every event id, and the events with a relation that cannot be read."""
    relations: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    broken: dict[str, Fault] = {}
    names = ("ocel_event_id", "ocel_object_id", "ocel_qualifier")
    for row in database.rows("event_object", names):
        cells, fault = _texts(names, row)
        event, related = cells["ocel_event_id"] or "", cells["ocel_object_id"]
        if fault or related is None:
            broken.setdefault(event, fault or ("no_value", "relationships"))
        else:
            relations[event].append((related, cells["ocel_qualifier"]))
    return relations, broken


_OWN = ("ocel_id", "ocel_time", "ocel_changed_field", "ocel_type")


def _repeats(name: str, value: str | None, kind: str) -> bool:
    """pm4py writes the type of an event or object a second time, as if it were an attribute."""
    return name in ("ocel:activity", "ocel:type") and value == kind


def _texts(names: Sequence[str], row: Sequence[object]) -> tuple[dict[str, str | None], Fault | None]:
    """The cells of a row as text, and the first that is none: whole numbers as they are, others as short as tells them
    apart from their neighbours (repr); bytes must be UTF-8."""
    texts: dict[str, str | None] = {}
    fault: Fault | None = None
    for name, cell in zip(names, row, strict=True):
        if isinstance(cell, bytes):
            try:
                texts[name] = cell.decode()
            except UnicodeDecodeError:
                texts[name] = cell.decode("utf-8", "backslashreplace")
                fault = fault or ("bad_encoding", name)
        else:
            texts[name] = None if cell is None else str(cell)
    return texts, fault


class _Database:
    """The open database and the only things done with it: look at its schema, read a table from end to end."""

    def __init__(self, file: Opened, path: Path) -> None:
        self._name = file.name
        self._steps = 0
        # Reading every cell of a full file once takes some steps a byte at most; a loop takes more.
        self._most = LIMITS.sqlite_steps + 20 * file.size
        try:
            self._con = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
            )
            self._con.text_factory = bytes
            self._con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * LIMITS.line_bytes)
            self._con.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            self._con.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
            self._con.set_progress_handler(self._step, STEP_PACE)
            for setting in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
                self._con.execute(f"PRAGMA {setting}")
            self.encoding = self._con.execute("PRAGMA encoding").fetchone()[0].decode().lower()
            self._con.set_authorizer(_authorize)
            self._schema = self._read_schema()
        except BROKEN as fault:
            raise self.broken(fault) from None

    def close(self) -> None:
        """Let go of the file."""
        self._con.close()

    def bad(self, what: str, hint: str = "Export again as OCEL 2.0.") -> InputError:
        """A fault of the database."""
        return InputError(what, where=self._name, hint=hint)

    def broken(self, fault: Exception) -> InputError:
        """The fault of a database SQLite cannot read, or not within the limits."""
        if self._steps > self._most:
            return self.bad(f"Reading takes more than {self._most:,} steps: the file is made to never end.")
        if isinstance(fault, sqlite3.DataError) or "too big" in str(fault):
            return self.bad(f"A value is larger than {2 * LIMITS.line_bytes:,} bytes.")
        code = getattr(fault, "sqlite_errorname", "")
        return self.bad(f"The database cannot be read ({code or 'damaged'}).", "Copy or export it again.")

    def type_tables(self, kind: str) -> dict[str, str]:
        """The table of every type of events or objects, by the map the standard asks for."""
        tables = {}
        for name, short in self.rows(f"{kind}_map_type", ("ocel_type", "ocel_type_map")):
            texts, fault = _texts(("name", "short"), (name, short))
            if fault or texts["name"] is None or texts["short"] is None:
                raise self.bad(f"{kind}_map_type holds an entry that is no text.")
            if texts["name"] in tables:
                raise self.bad(f"{kind}_map_type names the type {texts['name']!r} twice.")
            tables[texts["name"]] = f"{kind}_{texts['short']}"
            if len(tables) > LIMITS.columns:
                raise self.bad(f"The log has more than {LIMITS.columns:,} types.")
        return tables

    def has(self, table: str) -> bool:
        """Whether there is anything of that name."""
        return table.lower() in self._schema

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a plain table. Raises InputError where the table is missing or holds code."""
        kind, own, triggers = self._schema.get(table.lower(), ("", table, 0))
        if kind != "table":
            missing = f"The database has no table {table!r}" if not kind else f"{table!r} is a {kind}, not a table"
            raise self.bad(f"{missing}.", "OCEL 2.0 keeps its data in plain tables; export again.")
        if triggers:
            raise self.bad(f"The table {table!r} has a trigger.", "A log needs none; export again.")
        names = []
        for _, name, _, _, _, _, hidden in self._con.execute(f"PRAGMA table_xinfo({quoted(own)})"):
            if hidden:
                raise self.bad(f"The table {table!r} has computed columns.", "A log needs none; export again.")
            names.append(name.decode("utf-8", "backslashreplace"))
        if len(names) > LIMITS.columns:
            raise self.bad(f"The table {table!r} has more than {LIMITS.columns:,} columns.")
        return tuple(names)

    def rows(self, table: str, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
        """The rows of a plain table, in the order they are stored."""
        there = self.columns(table)
        if missing := [name for name in names if name not in there]:
            raise self.bad(f"The table {table!r} has no column {', '.join(missing)}.")
        listed = ", ".join(quoted(name) for name in names)
        return self._con.execute(f"SELECT {listed} FROM main.{quoted(table)} NOT INDEXED")

    def _read_schema(self) -> dict[str, tuple[str, str, int]]:
        """What every name in the database is: its kind, its spelling, and how many triggers hang on it."""
        held: dict[str, tuple[str, str, int]] = {}
        triggers: dict[str, int] = defaultdict(int)
        for kind, name, on, root, virtual in self._con.execute(
            "SELECT type, name, tbl_name, rootpage, sql LIKE 'CREATE VIRTUAL%' FROM main.sqlite_schema"
        ):
            texts, _ = _texts(("kind", "name", "on"), (kind, name, on))
            if texts["kind"] == "trigger":
                triggers[(texts["on"] or "").lower()] += 1
            elif texts["kind"] in ("table", "view") and texts["name"]:
                plain = texts["kind"] == "table" and root and not virtual
                said = "table" if plain else "view" if texts["kind"] == "view" else "virtual table"
                held[texts["name"].lower()] = (said, texts["name"], 0)
        return {name: (kind, own, triggers[name]) for name, (kind, own, _) in held.items()}

    def _step(self) -> int:
        self._steps += STEP_PACE
        return int(self._steps > self._most)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and second == "like":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first != "table_xinfo":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
