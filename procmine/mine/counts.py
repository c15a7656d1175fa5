"""Courses of a log in integers: which steps each case took in which order, and how many cases took each course.

Which events are steps is said here once (``step_filter``). A store lies sorted by case and event number, so the next
event is the next row: the rows are read in file order, the order is checked, and only a table that fails the check is
sorted. All sums are sums of integers, so that figures repeat to the last digit whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from procmine.mine.chosen import Chosen
from procmine.stats.scattering import scattered

Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

ROWS_AT_ONCE = 8_000_000  # about 0.3 GB of columns: memory stays flat however long the log is


class Rows(Protocol):
    """What this room asks of an engine: the DuckDB engine of ``procmine.engines`` answers it."""

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""

    def columns(self, sql: str) -> Columns:
        """The result of a query as arrays, one a column."""


@dataclass(frozen=True, slots=True)
class Courses:
    """All variants: course ``i`` is ``codes[first[i]:first[i + 1]]`` and was taken by ``cases[i]`` cases.

    Sorted by cases, most first, then by the activities' names (codes rise with the sorted names).
    """

    activities: tuple[str, ...]
    codes: Ints
    first: Ints
    cases: Ints

    def __len__(self) -> int:
        return len(self.cases)

    @property
    def all_cases(self) -> int:
        """Cases with at least one step."""
        return int(self.cases.sum())

    @property
    def all_events(self) -> int:
        """Events that are steps."""
        return int((np.diff(self.first) * self.cases).sum())

    def names(self, course: int) -> tuple[str, ...]:
        """The activities of one course."""
        return tuple(self.activities[code] for code in self.codes[self.first[course] : self.first[course + 1]])


def step_filter(engine: Rows) -> str:
    """The SQL condition an event must meet to be a step of its case: it is completed, or its lifecycle is unknown.

    A log that holds no such event at all (an export of planned or begun work only) counts every event; otherwise
    nothing would be left, and a start without its completion is better than no process.
    """
    condition = "(lifecycle = 'complete' OR lifecycle IS NULL)"
    return condition if engine.run(f"SELECT 1 FROM events WHERE {condition} LIMIT 1") else "TRUE"


def case_filter(engine: Rows, chosen: Chosen | None) -> str:
    """The SQL condition an event must meet to be one of a chosen case; None chooses every case."""
    return "TRUE" if chosen is None else chosen.condition(engine)


def chunks(engine: Rows, more: Sequence[str] = (), chosen: Chosen | None = None) -> Iterator[Columns]:
    """The steps in case order, some millions at a time, never a case split: case_id, event_no, activity_code and
    ``more`` columns (SQL expressions ``... AS name``)."""
    condition = f"{step_filter(engine)} AND {case_filter(engine, chosen)}"
    low, high, rows = engine.run("SELECT MIN(case_id), MAX(case_id), COUNT(*) FROM events")[0]
    if not rows:
        return
    pieces = -(-rows // ROWS_AT_ONCE)
    width = -(-(high - low + 1) // pieces)
    wanted = ", ".join(["case_id", "event_no", "activity_code", *more])
    for start in range(low, high + 1, width):
        span = f" AND case_id BETWEEN {start} AND {start + width - 1}" if pieces > 1 else ""
        query = f"SELECT {wanted} FROM events WHERE {condition}{span}"
        columns = engine.columns(query)
        if not _in_order(columns):
            columns = engine.columns(f"{query} ORDER BY case_id, event_no")
        if len(columns["case_id"]):
            yield columns


def _in_order(columns: Columns) -> bool:
    case, number = columns["case_id"], columns["event_no"]
    same = case[1:] == case[:-1]
    return bool(np.all((case[1:] > case[:-1]) | (same & (number[1:] > number[:-1]))))


def case_starts(case: npt.NDArray[Any]) -> Ints:
    """Where each case begins in rows sorted by case, and the number of rows as the last entry."""
    begins = np.flatnonzero(case[1:] != case[:-1]) + 1
    return np.concatenate(([0], begins, [len(case)])).astype(np.int64)


def courses(engine: Rows, activities: Sequence[str], chosen: Chosen | None = None) -> Courses:
    """The variants of a log with their number of cases."""
    return gather(activities, (columns for columns in chunks(engine, (), chosen)))


def gather(activities: Sequence[str], parts: Iterator[Columns]) -> Courses:
    """The variants of the parts of a log, merged."""
    found = [distinct(part["activity_code"].astype(np.int64), case_starts(part["case_id"])) for part in parts]
    return merge(activities, found)


def merge(activities: Sequence[str], found: Sequence[tuple[Ints, Ints, Ints]]) -> Courses:
    """One table of variants from those of several parts, in the order that ``Courses`` promises."""
    if not found:
        nothing = np.zeros(0, np.int64)
        return Courses(tuple(activities), nothing, np.zeros(1, np.int64), nothing)
    codes, first, cases = found[0]
    if len(found) > 1:
        lengths = np.concatenate([np.diff(part[1]) for part in found])
        codes = np.concatenate([part[0] for part in found])
        first = np.concatenate(([0], np.cumsum(lengths)))
        codes, first, cases = distinct(codes, first, np.concatenate([part[2] for part in found]))
    wide = codes.astype(">u4").tobytes()  # big-endian bytes sort like the tuples of codes they stand for
    ends = first.tolist()
    key = [(-n, wide[4 * a : 4 * b]) for n, a, b in zip(cases.tolist(), ends, ends[1:], strict=False)]
    order = np.array(sorted(range(len(key)), key=key.__getitem__), dtype=np.int64)
    picked, starts = _take(codes, first, order)
    return Courses(tuple(activities), picked, starts, cases[order])


def distinct(codes: Ints, first: Ints, weights: Ints | None = None) -> tuple[Ints, Ints, Ints]:
    """Equal sequences counted once: codes, starts and the sum of the weights (default 1 each) of each different one."""
    chosen, group = grouped(codes, first)
    sums = np.bincount(group, weights=weights, minlength=len(chosen))  # doubles are exact for counts below 2**53
    picked, starts = _take(codes, first, chosen)
    return picked, starts, sums.astype(np.int64)


def grouped(codes: Ints, first: Ints) -> tuple[Ints, Ints]:
    """For each different sequence one that stands for it, and for each sequence the number of its group.

    Sequences are grouped by a 64-bit hash, and every one is then compared with the one that stands for its group:
    exact, without building a list a case. Should two different ones ever share a hash, they are grouped by their
    bytes.
    """
    length = np.diff(first)
    place = np.arange(len(codes), dtype=np.int64) - np.repeat(first[:-1], length)
    mixed = _scatter(place, 1) * _scatter(codes, 2)
    hashed = np.add.reduceat(mixed, first[:-1]) + _scatter(length, 3)
    _, chosen, group = np.unique(hashed, return_index=True, return_inverse=True)
    stands = chosen[group]
    equal = bool(np.array_equal(length[stands], length))
    if not (equal and np.array_equal(codes[np.repeat(first[stands], length) + place], codes)):
        raw = codes.tobytes()
        _, chosen, group = np.unique(
            np.array([raw[8 * a : 8 * b] + b"." for a, b in pairwise(first.tolist())], dtype=object),
            return_index=True,
            return_inverse=True,
        )
    return chosen.astype(np.int64), group


def _take(codes: Ints, first: Ints, which: Ints) -> tuple[Ints, Ints]:
    length = np.diff(first)[which]
    starts = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
    index = np.arange(starts[-1], dtype=np.int64) + np.repeat(first[which] - starts[:-1], length)
    return codes[index], starts


def _scatter(values: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Small integers to far-apart ones, others with another salt; each different one is worked out once."""
    table = np.arange(int(values.max(initial=0)) + 1, dtype=np.uint64)
    return scattered(table + np.uint64(salt * 1_000_003))[values]


@dataclass(frozen=True, slots=True)
class Follows:
    """Directly-follows counts: ``target[i]`` right after ``source[i]``, ``count[i]`` times in ``cases[i]`` cases."""

    source: Ints
    target: Ints
    count: Ints
    cases: Ints


def follows(log: Courses) -> Follows:
    """Directly-follows pairs with their events and cases, in the order of the activities' names."""
    course = np.repeat(np.arange(len(log), dtype=np.int64), np.diff(log.first))
    inside = course[1:] == course[:-1]
    wide = len(log.activities)
    key = (log.codes[:-1] * wide + log.codes[1:])[inside]
    count, cases, keys = _weigh(key, course[1:][inside], log.cases)
    return Follows(keys // max(wide, 1), keys % max(wide, 1), count, cases)


def occurrences(log: Courses) -> tuple[Ints, Ints]:
    """Events and cases of each activity."""
    course = np.repeat(np.arange(len(log), dtype=np.int64), np.diff(log.first))
    count, cases, keys = _weigh(log.codes, course, log.cases)
    events, touched = np.zeros((2, len(log.activities)), np.int64)
    events[keys], touched[keys] = count, cases
    return events, touched


def ends(log: Courses) -> tuple[Ints, Ints]:
    """How many cases begin, and how many end, with each activity."""
    wide = len(log.activities)
    starts = np.bincount(log.codes[log.first[:-1]], weights=log.cases, minlength=wide)
    stops = np.bincount(log.codes[log.first[1:] - 1], weights=log.cases, minlength=wide)
    return starts.astype(np.int64), stops.astype(np.int64)


def _weigh(key: Ints, course: Ints, weight: Ints) -> tuple[Ints, Ints, Ints]:
    """For each different key: the weight of all its entries, and that of the courses that have it at least once."""
    keys, rank = ranked(key)
    many = max(len(keys), 1)
    count = np.bincount(rank, weights=weight[course], minlength=len(keys)).astype(np.int64)
    once = np.sort(course * many + rank)
    once = once[np.concatenate(([True], once[1:] != once[:-1]))[: len(once)]]
    cases = np.bincount(once % many, weights=weight[once // many], minlength=len(keys))
    return count, cases.astype(np.int64), keys


def ranked(key: Ints) -> tuple[Ints, Ints]:
    """The different keys in rising order, and for each entry the rank of its key among them.

    Keys of a small range (a hundred activities make ten thousand pairs) are ranked by counting, twenty times faster
    than by sorting.
    """
    if int(key.max(initial=0)) >= 1 << 22:
        keys, rank = np.unique(key, return_inverse=True)
        return keys, rank
    present = np.bincount(key) > 0
    return np.flatnonzero(present), (np.cumsum(present) - 1)[key]


def directly_follows(
    engine: Rows, activities: Sequence[str], chosen: Chosen | None = None
) -> dict[tuple[str, str], int]:
    """How often each activity was directly followed by each other one; faster than by way of the courses."""
    wide = len(activities)
    found: dict[int, int] = {}
    for part in chunks(engine, (), chosen):
        code = part["activity_code"].astype(np.int64)
        inside = part["case_id"][1:] == part["case_id"][:-1]
        keys, rank = ranked((code[:-1] * wide + code[1:])[inside])
        for key, many in zip(keys.tolist(), np.bincount(rank, minlength=len(keys)).tolist(), strict=True):
            found[key] = found.get(key, 0) + many
    return {(activities[key // wide], activities[key % wide]): found[key] for key in sorted(found)}
