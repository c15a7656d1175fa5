"""What each branch of a cut has still to explain: the log split over the groups of activities.

Courses that keep to the cut are split by a look at each step's group. Where the graph was filtered some do not; they
give up the steps that fit worst (Leemans 2017, 4.1.2 and 6.2; ties as in pm4py 2.7.23).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Ints
from procmine.mine.inductive.cuts import Cut
from procmine.mine.inductive.graph import bits
from procmine.mine.inductive.sublog import Flags, Pieces, SubLog, pieces, sub_log

Groups = npt.NDArray[np.integer]
CELLS_AT_ONCE = 1 << 22


def split(log: SubLog, cut: Cut) -> list[SubLog]:
    """One sub-log a group. Steps of activities that are in no group are lost."""
    groups = len(cut.groups)
    of_activity = np.full(log.width, groups, np.min_scalar_type(groups))  # the number of groups stands for none
    for i, members in enumerate(cut.groups):
        of_activity[list(bits(members))] = i
    parts = [_SPLITS[cut.operator](block, of_activity[block.codes], groups) for block in log.blocks()]
    return [sub_log(log.alphabet, [part[i] for part in parts]) for i in range(groups)]


def split_off(log: SubLog, activity: int) -> list[SubLog]:
    """One activity beside all others."""
    apart = np.ones(log.width, np.uint8)
    apart[activity] = 0
    parts = [_parallel(block, apart[block.codes], 2) for block in log.blocks()]
    return [sub_log(log.alphabet, [part[i] for part in parts]) for i in range(2)]


def _parallel(block: SubLog, group: Groups, groups: int) -> list[Pieces]:
    course = block.course
    return [_kept(block, course, group == i) for i in range(groups)]


def _kept(block: SubLog, course: Ints, steps: Flags) -> Pieces:
    """These steps of every course."""
    at = np.flatnonzero(steps)
    return block.codes[at], np.bincount(course[at], minlength=len(block.cases)), block.cases


def _alternatives(block: SubLog, group: Groups, groups: int) -> list[Pieces]:
    """Each course goes to the group of most of its steps, the last of several, and loses its other steps."""
    course, begin = block.course, block.first[:-1]
    lowest = np.minimum.reduceat(group, begin)
    chosen = np.where(lowest == np.maximum.reduceat(group, begin), lowest, groups).astype(group.dtype)
    stray = chosen == groups
    if stray.any():
        chosen[stray] = _most_steps(group[stray[course]], np.diff(block.first)[stray], groups)
    mine = group == chosen[course]
    found = []
    for i in range(groups):
        codes, length, cases = _kept(block, course, mine & (group == i))
        found.append((codes, length[chosen == i], cases[chosen == i]))
    return found


def _most_steps(group: Groups, length: Ints, groups: int) -> Ints:
    chosen = np.empty(len(length), np.int64)
    first = np.concatenate(([0], np.cumsum(length)))
    rows = max(CELLS_AT_ONCE // (groups + 1), 1)
    for low in range(0, len(length), rows):
        high = min(low + rows, len(length))
        here = np.repeat(np.arange(high - low, dtype=np.int64), length[low:high])
        cells = here * (groups + 1) + group[first[low] : first[high]]
        times = np.bincount(cells, minlength=(high - low) * (groups + 1)).reshape(high - low, groups + 1)[:, :groups]
        chosen[low:high] = groups - 1 - times[:, ::-1].argmax(axis=1)
    return chosen


def _sequence(block: SubLog, group: Groups, groups: int) -> list[Pieces]:
    """Each course is cut once between two groups, where that costs fewest steps that are on the wrong side."""
    begin = block.first[:-1]
    fits = np.ones(len(group), bool)
    fits[1:] = group[1:] >= group[:-1]
    fits[begin] = True
    fits &= group < groups
    stray = ~np.logical_and.reduceat(fits, begin)
    if stray.any():
        steps = stray[block.course]
        group[steps] = _placed(group[steps], np.diff(block.first)[stray], groups)
    return _parallel(block, group, groups)


def _placed(group: Groups, length: Ints, groups: int) -> Ints:
    """The group in whose section each step lies if it is the step's own, else ``groups``, for courses out of order.

    A group's section ends after the step at which (steps of later groups or none) - (steps of the group), counted from
    where the section begins, is lowest first; it is empty if that is never below 0.
    """
    placed = np.full(len(group), groups, np.int64)
    position = np.arange(len(group), dtype=np.int64)
    first = np.concatenate(([0], np.cumsum(length)[:-1]))
    begin = first
    for i in range(groups):
        ahead = position >= np.repeat(begin, length)
        cost = np.where(group == i, -1, (group > i).astype(np.int64)) * ahead
        total = np.cumsum(cost)
        total -= np.repeat(total[first] - cost[first], length)
        least = np.minimum.reduceat(total * len(group) + position, first)
        end = np.where(least < 0, least % len(group) + 1, begin)
        placed[ahead & (position < np.repeat(end, length)) & (group == i)] = i
        begin = end
    return placed


def _loop(block: SubLog, group: Groups, groups: int) -> list[Pieces]:
    """Unbroken runs of do and of redo steps; a course that does not end in the do part ends in an empty do."""
    begins = np.ones(len(group), bool)
    begins[1:] = group[1:] != group[:-1]
    begins[block.first[:-1]] = True
    unended = block.cases[group[block.first[1:] - 1] != 0]
    (codes, length, cases), redo = (pieces(block, begins, group == i) for i in range(groups))
    do = codes, np.append(length, np.zeros_like(unended)), np.append(cases, unended)
    return [do, redo]


_SPLITS: dict[str, Callable[[SubLog, Groups, int], Sequence[Pieces]]] = {
    "xor": _alternatives,
    "sequence": _sequence,
    "parallel": _parallel,
    "loop": _loop,
}
