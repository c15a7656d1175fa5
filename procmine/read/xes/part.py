"""Rows of events as columns of cells, each cell a place in a text: what is found plain, and what is put down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
NAME = "concept:name"


@dataclass(frozen=True, slots=True)
class Cells:
    """The filled cells of one column: their rows, and where their text lies."""

    rows: Array
    start: Array
    length: Array


NO_CELLS = Cells(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that follow each other: their lines, their cells by key (first appearance first), the names of the cases."""

    texts: tuple[bytes, ...]  # what ``start`` counts in, one behind the other
    lines: Array
    columns: dict[str, Cells]
    names: Cells
    traces: int = 0
    without_events: int = 0
    line_ends: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the traces of a piece: which are plain, and of those every attribute."""

    texts: tuple[bytes, ...]
    ends: Array  # of the traces
    plain: Array  # whether a trace is
    keys: list[str]
    value_start: Array
    value_length: Array
    column: Array  # twice the number of the key, and one more where an event says it
    event: Array  # number of the attribute's event
    trace: Array  # number of the attribute's trace
    first_attribute: Array  # of every trace, with one more at the end
    first_event: Array
    first_bridge: Array
    event_line: Array  # line ends before the event's tag, in the plain text
    bridge_line: Array  # line ends before the bridge

    def part(self, first: int, stop: int, line: int) -> Part:
        """The traces ``first`` to before ``stop``, all of them plain; ``line`` is the file's line before them."""
        low, high = int(self.first_attribute[first]), int(self.first_attribute[stop])
        row, end = int(self.first_event[first]), int(self.first_event[stop])
        events = np.diff(self.first_event[first : stop + 1])
        seen: list[tuple[tuple[int, int, int], str, Cells]] = []
        names = NO_CELLS
        for column, at in _grouped(self.column[low:high], low):
            key, of_event = self.keys[column >> 1], column & 1
            if of_event:
                rows = self.event[at] - row
            else:
                if key == NAME:
                    names = Cells(at, self.value_start[at], self.value_length[at])
                times = events[self.trace[at] - first]
                start = self.first_event[self.trace[at]] - row
                at = np.repeat(at, times)
                rows = np.repeat(start - np.cumsum(times) + times, times) + np.arange(len(at))
            if len(at):
                cells = Cells(rows, self.value_start[at], self.value_length[at])
                seen.append(((int(self.trace[at[0]]), of_event, int(at[0])), key if of_event else f"case:{key}", cells))
        seen.sort(key=lambda entry: entry[0])
        before = self.bridge_line[self.first_bridge[first]]
        return Part(
            texts=self.texts,
            lines=self.event_line[row:end] - before + line,
            columns={key: cells for _, key, cells in seen},
            names=names,
            traces=stop - first,
            without_events=int(np.count_nonzero(events == 0)),
            line_ends=int(self.bridge_line[self.first_bridge[stop]] - before),
        )


def _grouped(column: Array, offset: int) -> list[tuple[int, Array]]:
    """Every column with the attributes that are its cells, in their order."""
    order = np.argsort(column.astype(np.uint16), kind="stable") + offset
    groups, place = [], 0
    for number, count in enumerate(np.bincount(column).tolist() if len(column) else []):
        if count:
            groups.append((number, order[place : place + count]))
            place += count
    return groups
