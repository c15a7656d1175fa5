"""Records of an OCEL on their way into the engine: four narrow tables, filled in batches, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from procmine.engines.duckdb import quoted
from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.ocel.records import EventSaid, Notes, ObjectSaid, Record, TypeSaid, checked_event, checked_object
from procmine.read.raw import kept_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What every event has; its attributes follow under "+NAME", so that no name of the file can meet one of ours.
BASE = ("=id", "=type", "=time", "=fault", "=fault_column", "=raw")


class Stage:
    """The tables ``TABLE_events`` (columns as ``events.keys`` says), ``_objects``, ``_values`` and ``_links``, and the
    declared types with their attributes."""

    def __init__(self, con: DuckDBPyConnection, table: str) -> None:
        self.con, self.table = con, table
        self.events = _Events(con, self.name("events"))
        self.types: dict[str, dict[str, list[str]]] = {"event": {}, "object": {}}
        self._objects = _Batch(
            con, self.name("objects"), {"n": "BIGINT", "id": "VARCHAR", "type": "VARCHAR", "fault": "VARCHAR",
                                        "fault_column": "VARCHAR"}
        )  # fmt: skip
        self._values = _Batch(
            con, self.name("values"), {"object": "BIGINT", "place": "BIGINT", "name": "VARCHAR", "value": "VARCHAR",
                                       "time": "VARCHAR"}
        )  # fmt: skip
        self._links = _Batch(
            con, self.name("links"),
            {"event": "BIGINT", "place": "BIGINT", "object": "VARCHAR", "qualifier": "VARCHAR"},
        )  # fmt: skip
        self.event_count = self.object_count = 0

    def name(self, part: str) -> str:
        """The name of one of the tables."""
        return f"{self.table}_ocel_{part}"

    def column(self, key: str) -> str | None:
        """Where a key of the events lies; None where no event has it."""
        at = self.events.keys.get(key)
        return None if at is None else f"c{at}"

    def fill(self, records: Iterable[Record], notes: Notes, where: str) -> None:
        """Take all records, then see that the tables are whole."""
        for record in records:
            if isinstance(record, EventSaid):
                self._event(record, where)
            elif isinstance(record, ObjectSaid):
                self._object(record)
            else:
                self._type(record, notes, where)
        for batch in (self.events, self._objects, self._values, self._links):
            batch.put_down()

    def drop(self) -> None:
        """Take the tables away."""
        for part in ("events", "objects", "values", "links"):
            self.con.execute(f"DROP TABLE IF EXISTS {quoted(self.name(part))}")

    def _type(self, said: TypeSaid, notes: Notes, where: str) -> None:
        types = self.types[said.kind]
        if any("\0" in name or len(name) > LIMITS.column_name for name in (said.name, *said.attributes)):
            raise InputError(f"The name of a type of {said.kind}s or of its attribute is no name.", where=where)
        notes.counts[f"Type of {said.kind}s is declared twice"] += said.name in types
        types.setdefault(said.name, []).extend(said.attributes)
        if len(types) > LIMITS.columns:
            raise InputError(f"The log declares more than {LIMITS.columns:,} types of {said.kind}s.", where=where)

    def _object(self, said: ObjectSaid) -> None:
        number, self.object_count = self.object_count, self.object_count + 1
        fault, column = checked_object(said) or (None, None)
        if fault:  # what cannot be read is not handed on; the rows say why they are refused
            self._objects.add((number, _clean(said.id), _clean(said.type), fault, _clean(column)))
            return
        self._objects.add((number, said.id, said.type, None, None))
        for place, (name, value, time) in enumerate(said.attributes):
            self._values.add((number, place, name, value, time))

    def _event(self, said: EventSaid, where: str) -> None:
        number, self.event_count = self.event_count, self.event_count + 1
        if len(said.attributes) > LIMITS.attributes_per_event:
            raise InputError(
                f"An event has more than {LIMITS.attributes_per_event:,} attributes.", where=f"{where}:{said.line}"
            )
        fault, column = checked_event(said) or (None, None)
        relations = said.relations
        if fault:
            raw = kept_text("; ".join(f"{name}={value!r}" for name, value in _all(said)))
            base = (_clean(said.id), _clean(said.type), _clean(said.time), fault, _clean(column), raw)
            self.events.add(said.line, BASE, base, where)
            relations = tuple((str(_clean(related)), _clean(qualifier)) for related, qualifier in relations)
        else:
            keys = BASE + tuple("+" + name for name, _ in said.attributes)
            values = (said.id, said.type, said.time, None, None, None, *(value for _, value in said.attributes))
            self.events.add(said.line, keys, values, where)
        for place, (related, qualifier) in enumerate(relations):
            self._links.add((number, place, related, qualifier))


def _all(said: EventSaid) -> list[tuple[str, str | None]]:
    return [
        ("id", said.id), ("type", said.type), ("time", said.time), *said.attributes,
        *((f"object {related!r}", qualifier) for related, qualifier in said.relations),
    ]  # fmt: skip


def _clean(text: str | None) -> str | None:
    """A text of a record that is refused, in a form any table can hold."""
    return None if text is None else kept_text(text)


class _Events:
    """The events on their way: rows of whatever keys they have; a new key is a new column."""

    def __init__(self, con: DuckDBPyConnection, table: str) -> None:
        self._con, self._table = con, table
        self.keys = {key: at for at, key in enumerate(BASE)}
        self._made = len(BASE)
        self._rows: list[tuple[int, tuple[str, ...], Sequence[str | None]]] = []
        con.execute(f"CREATE TABLE {quoted(table)} (line BIGINT, {', '.join(f'c{at} VARCHAR' for at in range(6))})")

    def add(self, line: int, keys: tuple[str, ...], values: Sequence[str | None], where: str) -> None:
        """Take an event."""
        for key in keys:
            if self.keys.setdefault(key, len(self.keys)) >= LIMITS.columns:
                raise InputError(
                    f"The events have more than {LIMITS.columns:,} different attributes.", where=f"{where}:{line}"
                )
        self._rows.append((line, keys, values))
        if len(self._rows) >= LIMITS.batch_rows:
            self.put_down()

    def put_down(self) -> None:
        """Hand the events to the engine, those of the same keys together."""
        if not self._rows:
            return
        import numpy as np

        size = len(self._rows)
        shapes: dict[tuple[str, ...], list[int]] = {}
        for number, (_, keys, _) in enumerate(self._rows):
            shapes.setdefault(keys, []).append(number)
        columns: dict[str, Any] = {}
        for keys, numbers in shapes.items():
            held = zip(*(self._rows[number][2] for number in numbers), strict=True)
            for key, values in zip(keys, held, strict=True):
                column = columns.setdefault(f"c{self.keys[key]}", np.full(size, None, object))
                column[numbers] = np.array(values, object)
        while self._made < len(self.keys):
            self._con.execute(f"ALTER TABLE {quoted(self._table)} ADD COLUMN c{self._made} VARCHAR")
            self._made += 1
        lines = {"line": np.fromiter((row[0] for row in self._rows), np.int64, size)}
        _insert(self._con, self._table, lines | {name: _column(values) for name, values in columns.items()})
        self._rows = []


class _Batch:
    """Rows of one table on their way."""

    def __init__(self, con: DuckDBPyConnection, table: str, kinds: dict[str, str]) -> None:
        self._con, self._table, self._kinds = con, table, kinds
        self._rows: list[tuple[Any, ...]] = []
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in kinds.items())
        con.execute(f"CREATE TABLE {quoted(table)} ({listed})")

    def add(self, row: tuple[Any, ...]) -> None:
        """Take a row."""
        self._rows.append(row)
        if len(self._rows) >= LIMITS.batch_rows:
            self.put_down()

    def put_down(self) -> None:
        """Hand the rows to the engine."""
        if not self._rows:
            return
        import numpy as np

        columns = zip(self._kinds.items(), zip(*self._rows, strict=True), strict=True)
        frame = {
            name: np.array(values, np.int64) if kind == "BIGINT" else _column(np.array(values, object))
            for (name, kind), values in columns
        }
        _insert(self._con, self._table, frame)
        self._rows = []


def _column(values: Any) -> Any:
    """Texts as the engine takes them quickest; None is NULL."""
    import numpy as np
    import pandas as pd

    return pd.array(values, dtype=pd.StringDtype("python", na_value=np.nan))


def _insert(con: DuckDBPyConnection, table: str, columns: dict[str, Any]) -> None:
    import pandas as pd

    con.register("procmine_records", pd.DataFrame(columns, copy=False))
    try:
        names = ", ".join(quoted(name) for name in columns)
        con.execute(f"INSERT INTO {quoted(table)} ({names}) SELECT {names} FROM procmine_records")
    finally:
        con.unregister("procmine_records")
