"""Events on their way into the engine: rows of whatever keys they have, put down in batches of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from procmine.engines.duckdb import quoted
from procmine.errors import InputError
from procmine.read.limits import LIMITS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = tuple[int, tuple[str, ...], Sequence[str | None]]


class EventTable:
    """A table that grows by rows and, when a key is new, by a column; keys keep the order of first appearance."""

    def __init__(self, con: DuckDBPyConnection, table: str) -> None:
        self._con, self._table = con, table
        self.keys: dict[str, int] = {}
        self._made = 0  # columns the table has so far
        self._open: list[Row] = []
        self._rows: list[Row] = []
        self._traces: list[tuple[int, int, dict[str, str | None]]] = []
        self._count = 0
        con.execute(f"CREATE TABLE {quoted(table)} (line BIGINT)")

    @property
    def open_rows(self) -> int:
        """Events of the trace that is still open."""
        return len(self._open)

    def add(self, line: int, keys: tuple[str, ...], values: Sequence[str | None]) -> None:
        """An event of the open trace."""
        self._open.append((line, keys, values))

    def take_back(self) -> list[Row]:
        """The events of the open trace, which is not kept."""
        rows, self._open = self._open, []
        return rows

    def close_trace(self, said: Mapping[str, str | None]) -> int:
        """Keep the open trace's events with what the trace says. Returns how many they are."""
        rows, self._open = self._open, []
        if not rows:
            return 0
        start = len(self._rows)
        self._rows += rows
        if said:
            self._traces.append((start, len(self._rows), {f"case:{key}": value for key, value in said.items()}))
        if len(self._rows) >= LIMITS.batch_rows:
            self._put_down()
        return len(rows)

    def finish(self) -> int:
        """Put down what is left. Returns the number of rows."""
        self._put_down()
        return self._count

    def _put_down(self) -> None:
        """The collected rows as columns: events of the same keys go together, a sparse key costs what it holds."""
        size = len(self._rows)
        if not size:
            return
        columns: dict[str, Any] = {}
        shapes: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(self._rows):
            shapes.setdefault(row[1], []).append(number)
        for start, stop, said in self._traces:
            for key, value in said.items():
                self._column(columns, key, size)[start:stop] = value
        for keys, numbers in shapes.items():
            at = np.array(numbers)
            held = [self._rows[number][2] for number in numbers]
            for key, values in zip(keys, zip(*held, strict=True), strict=False):
                self._column(columns, key, size)[at] = np.array(values, object)
        self._insert(columns, size)
        self._rows, self._traces = [], []
        self._count += size

    def _column(self, columns: dict[str, Any], key: str, size: int) -> Any:
        column = columns.get(key)
        if column is None:
            column = columns[key] = np.full(size, None, object)
            if self.keys.setdefault(key, len(self.keys)) >= LIMITS.columns:
                raise InputError(f"The events have more than {LIMITS.columns:,} different keys.", where=self._table)
        return column

    def _insert(self, columns: dict[str, Any], size: int) -> None:
        import pandas as pd

        while self._made < len(self.keys):
            self._con.execute(f"ALTER TABLE {quoted(self._table)} ADD COLUMN c{self._made} VARCHAR")
            self._made += 1
        text = pd.StringDtype("python", na_value=np.nan)
        frame = {"line": np.fromiter((row[0] for row in self._rows), np.int64, size)}
        names = []
        for key, values in columns.items():
            name = f"c{self.keys[key]}"
            names.append(name)
            frame[name] = pd.array(values, dtype=text)
        self._con.register("procmine_events", pd.DataFrame(frame, copy=False))
        try:
            into = ", ".join(("line", *names))
            self._con.execute(f"INSERT INTO {quoted(self._table)} ({into}) SELECT {into} FROM procmine_events")
        finally:
            self._con.unregister("procmine_events")
