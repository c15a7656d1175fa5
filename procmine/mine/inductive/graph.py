"""A directly-follows graph in bit sets: one integer a row, so that a question to all neighbours is one operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Ints
from procmine.mine.inductive.sublog import SubLog

TABLE = 1 << 20
ROWS_AT_ONCE = 1024  # a block of a wide graph's table is built at a time: 20,000 activities would fill 0.4 GB


@dataclass(frozen=True, slots=True)
class Graph:
    """``after[a]`` has a bit for each activity that directly follows ``a``, ``before`` is its mirror.

    ``starts`` and ``ends`` are bit sets of the activities that begin and end a course, ``all`` of those that take part.
    """

    after: list[int]
    before: list[int]
    starts: int
    ends: int
    all: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Directly-follows pairs (``source``, ``target``) with their counts, and the starts and ends of each activity."""

    source: Ints
    target: Ints
    count: Ints
    starts: Ints
    ends: Ints

    @property
    def steps(self) -> Ints:
        """How often each activity occurs."""
        onward = np.bincount(self.source, weights=self.count, minlength=len(self.ends))
        return onward.astype(np.int64) + self.ends


def count(log: SubLog, *, by_case: bool) -> Counts:
    """How often what follows what, begins and ends: in courses, or in the cases that they stand for."""
    wide = log.width
    pairs = Tally(wide * wide)
    starts, ends = np.zeros((2, wide), np.int64)
    for block in log.blocks():
        key = block.codes[:-1].astype(np.int64) * wide + block.codes[1:]
        inside = np.ones(len(key), bool)
        inside[block.first[1:-1] - 1] = False
        cases = block.cases if by_case else np.ones(len(block.cases), np.int64)
        pairs.add(key[inside], np.repeat(cases, np.diff(block.first))[:-1][inside] if by_case else None)
        np.add.at(starts, block.codes[block.first[:-1]], cases)
        np.add.at(ends, block.codes[block.first[1:] - 1], cases)
    keys, times = pairs.sums()
    return Counts(keys // wide, keys % wide, times, starts, ends)


class Tally:
    """Sums by key, fed part by part: in a table where the keys' range is small, else in sorted lists."""

    def __init__(self, size: int) -> None:
        self._table = np.zeros(size, np.int64) if size <= TABLE else None
        self._lists: list[tuple[Ints, Ints]] = []

    def add(self, key: Ints, weight: Ints | None = None) -> None:
        """Count each key once, or by its weight."""
        if self._table is not None:
            self._table += np.bincount(key, weight, len(self._table)).astype(np.int64)  # doubles are exact to 2**53
        else:
            self._lists.append(_summed(key, weight))

    def sums(self) -> tuple[Ints, Ints]:
        """The keys that were seen, rising, and their sums."""
        if self._table is not None:
            keys = np.flatnonzero(self._table)
            return keys, self._table[keys]
        none = np.zeros(0, np.int64)
        keys, sums = (
            (np.concatenate((none, *part)) for part in zip(*self._lists, strict=True)) if self._lists else (none, none)
        )
        return _summed(keys, sums)


def _summed(key: Ints, weight: Ints | None) -> tuple[Ints, Ints]:
    keys, place = np.unique(key, return_inverse=True)
    return keys, np.bincount(place, weight, len(keys)).astype(np.int64)


def common(counts: Counts, noise: float) -> Counts:
    """The counts without the rare: a pair goes if it is at most ``noise`` of the most frequent way out of its source,
    the end of the course being a way out; a start goes if it is below ``noise`` of the most frequent start."""
    most = counts.ends.copy()
    np.maximum.at(most, counts.source, counts.count)
    kept = counts.count > noise * most[counts.source]
    starts = np.where(counts.starts >= counts.starts.max() * noise, counts.starts, 0)
    return Counts(counts.source[kept], counts.target[kept], counts.count[kept], starts, counts.ends)


def graph(counts: Counts) -> Graph:
    """The graph of the pairs that were counted."""
    wide = len(counts.starts)
    after = _rows(wide, counts.source, counts.target)
    before = _rows(wide, counts.target, counts.source)
    starts, ends = bit_set(counts.starts > 0), bit_set(counts.ends > 0)
    taking_part = starts | ends
    for row in (*after, *before):
        taking_part |= row
    return Graph(after, before, starts, ends, taking_part)


def bit_set(flags: npt.NDArray[np.bool_]) -> int:
    """Flags as an integer, flag ``i`` as bit ``i``."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _rows(wide: int, row: Ints, column: Ints) -> list[int]:
    size = -(-wide // 8)
    found: list[int] = []
    for low in range(0, wide, ROWS_AT_ONCE):
        table = np.zeros((min(ROWS_AT_ONCE, wide - low), wide), bool)
        here = (row >= low) & (row < low + len(table))
        table[row[here] - low, column[here]] = True
        raw = np.packbits(table, axis=1, bitorder="little").tobytes()
        found.extend(int.from_bytes(raw[at : at + size], "little") for at in range(0, len(raw), size))
    return found


def bits(mask: int) -> Iterator[int]:
    """The members of a bit set, rising."""
    while mask:
        low = mask & -mask
        mask ^= low
        yield low.bit_length() - 1


def reach(seeds: int, within: int, near: Callable[[int], int]) -> int:
    """``seeds`` and all that steps to ``near`` ones lead to from there without leaving ``within``."""
    found = front = seeds
    left = within & ~seeds
    while front and left:
        low = front & -front
        new = near(low.bit_length() - 1) & left
        left ^= new
        found |= new
        front = (front ^ low) | new
    return found


def components(within: int, near: Callable[[int], int]) -> list[int]:
    """The connected parts of a symmetric relation, in the order of their first members."""
    found = []
    while within:
        part = reach(within & -within, within, near)
        found.append(part)
        within &= ~part
    return found
