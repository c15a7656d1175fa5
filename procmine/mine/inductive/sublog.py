"""A sub-log in integers: the courses that a branch of the tree still has to explain, over an alphabet of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Courses, Ints

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.unsignedinteger]
Pieces = tuple[Codes, Ints, Ints]
"""Courses one behind the other: their codes, and the length and the cases of each; a length may be 0."""

STEPS_AT_ONCE = 1 << 18  # stays in a core's cache, and memory stays flat however long the log is
FEW, SELDOM_EQUAL = 1000, 10  # steps in all, steps a course


@dataclass(frozen=True, slots=True)
class SubLog:
    """Course ``i`` is ``codes[first[i]:first[i + 1]]`` and stands for ``cases[i]`` cases; ``empty`` cases take no step.

    Codes count from 0 in the order of the activities' names; code ``c`` is activity ``alphabet[c]`` of the whole log.
    Every course has a step and every code occurs. Courses have no order, and one may stand there twice.
    """

    alphabet: Ints
    codes: Codes
    first: Ints
    cases: Ints
    empty: int

    @property
    def width(self) -> int:
        """How many different activities there are."""
        return len(self.alphabet)

    @property
    def course(self) -> Ints:
        """For each step, the course it belongs to."""
        return np.repeat(np.arange(len(self.cases), dtype=np.int64), np.diff(self.first))

    @property
    def single(self) -> bool:
        """Whether every course is the one same step."""
        return self.width == 1 and len(self.codes) == len(self.cases)

    def without_empty(self) -> SubLog:
        """The same courses without the cases that take no step."""
        return SubLog(self.alphabet, self.codes, self.first, self.cases, 0)

    def blocks(self) -> Iterator[SubLog]:
        """The courses some at a time, in the same codes."""
        low = 0
        while low < len(self.cases):
            start = self.first[low]
            high = max(int(np.searchsorted(self.first, start + STEPS_AT_ONCE, side="right")) - 1, low + 1)
            first = self.first[low : high + 1]
            yield SubLog(self.alphabet, self.codes[start : first[-1]], first - start, self.cases[low:high], 0)
            low = high


_NONE = np.zeros(0, np.int64)
NOTHING = SubLog(_NONE, np.zeros(0, np.uint8), np.zeros(1, np.int64), _NONE, 0)


def whole(courses: Courses) -> SubLog:
    """All courses of a log."""
    codes = courses.codes.astype(np.min_scalar_type(len(courses.activities)))
    return sub_log(np.arange(len(courses.activities)), [(codes, np.diff(courses.first), courses.cases)])


def sub_log(alphabet: Ints, pieces: Sequence[Pieces]) -> SubLog:
    """The sub-log of courses in codes of ``alphabet``: empty ones apart, activities renumbered, equal courses merged.

    Merging saves time and changes no answer: few courses, and courses long enough to be seldom equal, stay as they are.
    """
    codes, length, cases = (np.concatenate(part) for part in zip(*pieces, strict=True))
    there = length > 0
    empty = int(cases[~there].sum())
    length, cases = length[there], cases[there]
    used = np.zeros(len(alphabet), bool)
    used[codes] = True
    if not used.all():
        codes = (np.cumsum(used) - 1).astype(codes.dtype)[codes]
    first = np.concatenate(([0], np.cumsum(length)))
    log = SubLog(alphabet[used], codes, first, cases, empty)
    return _merged(log) if FEW < len(codes) <= SELDOM_EQUAL * len(cases) else log


def pieces(block: SubLog, begins: Flags, steps: Flags) -> Pieces:
    """Courses cut before every step that ``begins`` a piece, and of the pieces those whose ``steps`` are wanted."""
    starts = np.flatnonzero(begins)
    wanted = steps[starts]
    length = np.diff(np.append(starts, len(block.codes)))
    return block.codes[steps], length[wanted], block.cases[block.course[starts]][wanted]


def _merged(log: SubLog) -> SubLog:
    """Equal courses as one. They are found by a 64-bit hash, and each is then compared with the one it is to join;
    should two different ones ever share a hash, none is merged."""
    hashed = _hashes(log)
    order = np.argsort(hashed)
    opens = np.concatenate(([True], hashed[order[1:]] != hashed[order[:-1]]))
    chosen, number = order[opens], np.cumsum(opens) - 1
    if len(chosen) == len(order) or not _equal(log, order[~opens], chosen[number[~opens]]):
        return log
    cases = np.bincount(number, weights=log.cases[order]).astype(np.int64)  # doubles are exact for counts below 2**53
    first = np.concatenate(([0], np.cumsum(np.diff(log.first)[chosen])))
    return SubLog(log.alphabet, _codes(log, chosen), first, cases, log.empty)


def _hashes(log: SubLog) -> npt.NDArray[np.uint64]:
    """For each course the sum over its steps of (a number of the place) x (a number of the activity), modulo 2**64."""
    draw = np.random.default_rng(0)  # any numbers do: equal courses are compared
    longest = int(np.diff(log.first).max(initial=0))
    of_place, of_activity = (draw.integers(1, 1 << 64, size, np.uint64) for size in (longest, log.width))
    found = []
    for block in log.blocks():
        begin = block.first[:-1]
        place = np.arange(len(block.codes)) - np.repeat(begin, np.diff(block.first))
        found.append(np.add.reduceat(of_place[place] * of_activity[block.codes], begin))
    return np.concatenate(found)


def _equal(log: SubLog, some: Ints, others: Ints) -> bool:
    """Whether these courses are, one by one, the same as those."""
    length = np.diff(log.first)
    if not np.array_equal(length[some], length[others]):
        return False
    steps = np.cumsum(length[some])
    borders = np.searchsorted(steps, np.arange(STEPS_AT_ONCE, steps[-1], STEPS_AT_ONCE))
    return all(
        np.array_equal(_codes(log, one), _codes(log, other))
        for one, other in zip(np.split(some, borders), np.split(others, borders), strict=True)
    )


def _codes(log: SubLog, which: Ints) -> Codes:
    """The codes of some courses, one course behind the other."""
    length = np.diff(log.first)[which]
    behind = np.cumsum(length)
    at: Ints = np.repeat(log.first[which] - behind + length, length)
    at += np.arange(len(at))
    found: Codes = log.codes[at]
    return found
