"""Rows of a sheet on their way into the engine: header first, every row taken or refused, none lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from procmine.engines.duckdb import quoted
from procmine.read.limits import LIMITS, MIB
from procmine.read.raw import Refused, append_refused, kept_text
from procmine.read.xlsx.cells import column_name
from procmine.read.xlsx.header import HEADER_WITHIN, SAMPLE, Header, find_header
from procmine.read.xlsx.sheet import Row

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Characters of long texts that are collected before a batch is put down early.
_WEIGHT = 64 * MIB


class SheetTable:
    """A table that is made once the header is found, and grows by batches of rows."""

    def __init__(self, con: DuckDBPyConnection, table: str, file_no: int, where: str) -> None:
        self.counts: Counter[str] = Counter()
        self.accepted = 0
        self._con, self._table, self._file_no, self._where = con, table, file_no, where
        self._waiting: list[Row] = []
        self._header: Header | None = None
        self._last = 0  # the last row that was taken or refused
        self._lines: list[int] = []
        self._rows: list[list[str | None]] = []
        self._weight = 0
        self._refused: list[Refused] = []
        self._spread: list[int] = []  # the header's columns
        self._places: dict[int, int] = {}

    def take(self, row: Row) -> None:
        """The next row that has cells. Rows before it that have none are refused as empty once the table has begun."""
        if row.fault is None and not any(row.texts):
            return
        if self._header is None:
            self._waiting.append(row)
            if len(self._waiting) == HEADER_WITHIN + SAMPLE:
                self._begin()
            return
        if row.number != self._last + 1:
            self._refuse_empty(row.number)
        self._last = row.number
        if row.hidden:
            self.counts["hidden"] += 1
        if row.fault is None and row.columns == self._spread:
            values: list[str | None] = [*row.texts]
        else:
            found = self._values(row)
            if found is None:
                return
            values = found
        self._lines.append(row.number)
        self._rows.append(values)
        self._weight += row.weight
        if len(self._lines) >= LIMITS.batch_rows or self._weight > _WEIGHT:
            self._put_down()

    def finish(self) -> Header:
        """The rows that are left. Returns the header; raises InputError where there is none."""
        header = self._header or self._begin()
        self._put_down()
        self._put_down_refused()
        return header

    def _begin(self) -> Header:
        """Find the header, make the table, take the rows that waited for it."""
        waiting, self._waiting = self._waiting, []
        self._header = header = find_header(waiting, self._where)
        self._spread = list(header.columns)
        self._places = {column: place for place, column in enumerate(header.columns)}
        self._last = header.line
        wide = "".join(f", c{place} VARCHAR" for place in range(len(header.columns)))
        self._con.execute(f"CREATE TABLE {quoted(self._table)} (line BIGINT{wide})")
        for row in waiting[header.above :]:
            self.take(row)
        return header

    def _values(self, row: Row) -> list[str | None] | None:
        """The cells of a row by the header's columns; None where it is refused."""
        fault = row.fault
        values: list[str | None] = [None] * len(self._spread)
        for column, text in zip(row.columns, row.texts, strict=True):
            place = self._places.get(column)
            if place is not None:
                values[place] = text
            elif text and (fault is None or column < fault[0]):
                fault = (column, "too_many_fields")
        if fault is None:
            return values
        place = self._places.get(fault[0])
        name = column_name(fault[0]) if place is None or self._header is None else self._header.names[place]
        self._refused.append(Refused(row.number, fault[1], self._raw(row), name))
        if len(self._refused) >= LIMITS.batch_rows:
            self._put_down_refused()
        return None

    def _raw(self, row: Row) -> str:
        """A refused row as a list of its cells, from the table's first column on."""
        held = dict(zip(row.columns, row.texts, strict=True))
        start = min(self._spread[0], row.columns[0])
        stop = max(self._spread[-1], row.columns[-1]) + 1
        cells = [held.get(column) for column in range(start, stop) if column in held or column in self._places]
        return kept_text(json.dumps(cells, ensure_ascii=False, separators=(",", ":")))

    def _refuse_empty(self, before: int) -> None:
        for line in range(self._last + 1, before):
            self._refused.append(Refused(line, "empty_line", ""))
            if len(self._refused) >= LIMITS.batch_rows:
                self._put_down_refused()

    def _put_down_refused(self) -> None:
        append_refused(self._con, self._file_no, self._refused)
        self._refused = []

    def _put_down(self) -> None:
        size = len(self._lines)
        if not size:
            return
        import pandas as pd

        text = pd.StringDtype("python", na_value=np.nan)
        frame: dict[str, Any] = {"line": np.array(self._lines, np.int64)}
        for place, values in enumerate(zip(*self._rows, strict=True)):
            column = np.empty(size, object)
            column[:] = values
            frame[f"c{place}"] = pd.array(column, dtype=text)
        self._con.register("procmine_rows", pd.DataFrame(frame, copy=False))
        try:
            self._con.execute(f"INSERT INTO {quoted(self._table)} SELECT * FROM procmine_rows")
        finally:
            self._con.unregister("procmine_rows")
        self.accepted += size
        self._lines, self._rows, self._weight = [], [], 0
