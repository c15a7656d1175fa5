"""Events on their way into the engine: parts of plain rows and rows from expat, put down in batches of columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from procmine.engines.duckdb import quoted
from procmine.errors import InputError
from procmine.read.limits import LIMITS
from procmine.read.xes.arrow import VIEW_PAD, Frame
from procmine.read.xes.part import NAME, NO_CELLS, Cells, Part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = tuple[int, tuple[str, ...], Sequence[str]]
_BATCH_BYTES = 24 << 20  # a batch is put down when its text is so long, however few its rows


@dataclass(slots=True)
class _Batch:
    """Parts that are put down together: the cells of each column, each with the row and the place they count from."""

    lines: list[Any] = field(default_factory=list)
    columns: dict[str, list[tuple[int, int, Cells]]] = field(default_factory=dict)
    names: list[tuple[int, int, Cells]] = field(default_factory=list)
    texts: list[tuple[bytes, ...]] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)  # where a text begins; the parts of one piece share it
    rows: int = 0
    traces: int = 0
    bytes: int = 0

    def add(self, part: Part) -> None:
        place = self.places.get(id(part.texts))
        if place is None:
            place = self.places[id(part.texts)] = self.bytes
            self.texts.append(part.texts)
            self.bytes += sum(map(len, part.texts))
        for key, cells in part.columns.items():
            self.columns.setdefault(key, []).append((self.rows, place, cells))
        self.names.append((self.traces, place, part.names))
        self.lines.append(part.lines)
        self.rows += len(part.lines)
        self.traces += len(part.names.rows)


class EventTable:
    """A table that grows by rows and, when a key is new, by a column; keys keep the order of first appearance.

    One thread of its own puts a batch down while the next is read; a cursor of its own holds the names of the cases.
    """

    def __init__(self, con: DuckDBPyConnection, table: str) -> None:
        self._table = table
        self.keys: dict[str, int] = {}
        self._filled: list[int] = []  # cells of each column
        self._made = 0  # columns the table has so far
        self._open: list[Row] = []
        self._rows: list[Row] = []
        self._signs = 0  # in the values of these rows
        self._said: list[tuple[int, dict[str, str]]] = []  # of each closed trace: where its rows end, what it says
        self._batch = _Batch()
        self._count = 0
        self._cursor = con.cursor()
        self._cursor.execute(f"CREATE TABLE {quoted(table)} (line BIGINT)")
        self._cursor.execute("CREATE TEMP TABLE procmine_names (name VARCHAR)")
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._pending: Future[None] | None = None

    @property
    def open_rows(self) -> int:
        """Events of the trace that is still open."""
        return len(self._open)

    def add(self, line: int, keys: tuple[str, ...], values: Sequence[str]) -> None:
        """An event of the open trace."""
        self._open.append((line, keys, values))
        self._signs += sum(map(len, values))

    def take_back(self) -> list[Row]:
        """The events of the open trace, which is not kept."""
        rows, self._open = self._open, []
        return rows

    def close_trace(self, said: Mapping[str, str]) -> int:
        """Keep the open trace's events with what the trace says. Returns how many they are."""
        rows, self._open = self._open, []
        self._rows += rows
        self._said.append((len(self._rows), dict(said)))
        if len(self._rows) + len(self._said) >= LIMITS.batch_rows or self._signs >= _BATCH_BYTES:
            self._settle()
        return len(rows)

    def add_part(self, part: Part) -> None:
        """Keep rows that were found plain."""
        self._settle()
        self._add(part)

    def finish(self) -> int:
        """Put down what is left. Returns the number of rows. Raises RuntimeError where the engine counts others."""
        self._settle()
        self._put_down()
        self._wait()
        counts = ", ".join(("count(*)", *(f"count(c{number})" for number in range(self._made))))
        counted = self._cursor.execute(f"SELECT {counts} FROM {quoted(self._table)}").fetchone()
        if counted != (self._count, *self._filled):
            raise RuntimeError(f"{self._count} events were read, the engine counts {counted}: nothing was taken")
        return self._count

    def twins(self) -> tuple[int, int]:
        """How many names stand on more than one trace, and on how many traces they stand."""
        row = self._cursor.execute(
            "SELECT count(*), CAST(coalesce(sum(traces), 0) AS BIGINT) FROM "
            "(SELECT count(*) AS traces FROM procmine_names GROUP BY name HAVING count(*) > 1)"
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def close(self) -> None:
        """Let the thread end and the names go."""
        self._worker.shutdown()
        self._cursor.close()

    def _settle(self) -> None:
        """The rows from expat become a part of the batch."""
        if self._said:
            part = _part_of(self._rows, self._said)
            self._rows, self._said, self._signs = [], [], 0
            self._add(part)

    def _add(self, part: Part) -> None:
        for key in part.columns:
            if key not in self.keys:
                if len(self.keys) >= LIMITS.columns:
                    raise InputError(f"The events have more than {LIMITS.columns:,} different keys.", where=self._table)
                self.keys[key] = len(self.keys)
                self._filled.append(0)
            self._filled[self.keys[key]] += len(part.columns[key].rows)
        self._batch.add(part)
        if self._batch.rows >= LIMITS.batch_rows or self._batch.bytes >= _BATCH_BYTES:
            self._put_down()

    def _put_down(self) -> None:
        """Hand the batch to the thread, once it is done with the one before."""
        self._wait()
        if not self._batch.lines:
            return
        batch, self._batch = self._batch, _Batch()
        self._count += batch.rows
        self._pending = self._worker.submit(self._insert, batch, len(self.keys))

    def _wait(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def _insert(self, batch: _Batch, columns: int) -> None:
        while self._made < columns:
            self._cursor.execute(f"ALTER TABLE {quoted(self._table)} ADD COLUMN c{self._made} VARCHAR")
            self._made += 1
        text = b"".join((*itertools.chain.from_iterable(batch.texts), VIEW_PAD))
        frame = Frame(text, batch.traces)
        frame.add_texts("name", *_joined(batch.names))
        self._run(frame, "procmine_names", ["name"])
        frame = Frame(text, batch.rows)
        frame.add_numbers("line", np.concatenate(batch.lines))
        for key, pieces in batch.columns.items():
            frame.add_texts(f"c{self.keys[key]}", *_joined(pieces))
        self._run(frame, self._table, ["line", *(f"c{self.keys[key]}" for key in batch.columns)])

    def _run(self, frame: Frame, table: str, columns: Sequence[str]) -> None:
        into = ", ".join(columns)
        self._cursor.register("procmine_frame", frame)
        try:
            self._cursor.execute(f"INSERT INTO {quoted(table)} ({into}) SELECT {into} FROM procmine_frame")
        finally:
            self._cursor.unregister("procmine_frame")
            frame.close()


def _joined(pieces: Sequence[tuple[int, int, Cells]]) -> tuple[Any, Any, Any]:
    """The cells of one column over the parts of a batch: rows and places counted in the batch."""
    return (
        np.concatenate([cells.rows + row for row, _, cells in pieces]),
        np.concatenate([cells.start + place for _, place, cells in pieces]),
        np.concatenate([cells.length for _, _, cells in pieces]),
    )


class _Laid:
    """Cells whose texts are laid one behind the other."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self._place = 0
        self._columns: dict[str, tuple[list[int], list[int], list[int]]] = {}

    def add(self, column: str, rows: Iterable[int], value: str) -> None:
        """The value in each of the rows; its text is laid once."""
        numbers, start, length = self._columns.setdefault(column, ([], [], []))
        text = value.encode()
        before = len(numbers)
        numbers.extend(rows)
        start.extend([self._place] * (len(numbers) - before))
        length.extend([len(text)] * (len(numbers) - before))
        self.texts.append(text)
        self._place += len(text)

    def columns(self) -> dict[str, Cells]:
        return {key: Cells(*(np.array(entry, np.int64) for entry in entries)) for key, entries in self._columns.items()}


def _part_of(rows: Sequence[Row], said: Sequence[tuple[int, Mapping[str, str]]]) -> Part:
    """Rows from expat as a part: trace by trace, first what the trace says, then its events."""
    laid, names = _Laid(), _Laid()
    named, start = 0, 0
    for stop, of_trace in said:
        if NAME in of_trace:
            names.add(NAME, (named,), of_trace[NAME])
            named += 1
        for key, value in of_trace.items() if stop > start else ():
            laid.add(f"case:{key}", range(start, stop), value)
        for number in range(start, stop):
            _, keys, values = rows[number]
            for key, value in zip(keys, values, strict=True):
                laid.add(key, (number,), value)
        start = stop
    text = b"".join(laid.texts)
    of_names = names.columns().get(NAME, NO_CELLS)
    return Part(
        texts=(text, *names.texts),
        lines=np.fromiter((row[0] for row in rows), np.int64, len(rows)),
        columns=laid.columns(),
        names=Cells(of_names.rows, of_names.start + len(text), of_names.length),
    )
