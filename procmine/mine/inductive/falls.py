"""Where no cut holds: one activity apart from the rest, or the courses cut into rounds.

The order is the miner's: an activity that every case takes exactly once, one without which a cut holds, rounds that
begin after an end, rounds that begin at a start (Leemans 2017, 6.1.3 and 6.4). Of several activities the first by
name is taken, as pm4py does.
"""

from __future__ import annotations

import numpy as np

from procmine.mine.fit.blocks import Purse
from procmine.mine.inductive.cuts import find_cut, strongly_connected
from procmine.mine.inductive.graph import Counts, Graph, Tally, bits
from procmine.mine.inductive.sublog import SubLog, pieces, sub_log


def once_in_each(log: SubLog, counts: Counts) -> int | None:
    """The first activity that every course takes exactly once."""
    for activity in np.flatnonzero(counts.steps == len(log.cases)).tolist():
        courses = np.searchsorted(log.first, np.flatnonzero(log.codes == activity), side="right")
        if (np.diff(courses) > 0).all():
            return int(activity)
    return None


def cut_without(log: SubLog, graph: Graph, purse: Purse) -> int | None:
    """The first activity without which a cut holds. Raises Spent."""
    if log.width < 2:
        return None
    closing, holding = _closing(log), _holding(graph)
    for activity in range(log.width):
        purse.pay(log.width * (100 + log.width // 20))  # some looks at each activity's row, as dear as 100 steps
        connected = None if holding >> activity & 1 else True
        if find_cut(_without(graph, activity, closing.get(activity, [])), connected=connected) is not None:
            return activity
    return None


def _holding(graph: Graph) -> int:
    """The activities without one of which the graph may not be strongly connected.

    A walk from one activity to all others and one from all to it still stand without an activity that neither passes
    through, and closing ranks only adds ways. Walks by way of the busiest activities pass through few.
    """
    if not strongly_connected(graph):
        return graph.all
    passed = seed = graph.all & -graph.all
    for near in (graph.after, graph.before):
        busiest = sorted(bits(graph.all), key=lambda a: -near[a].bit_count())
        found = seed
        while found != graph.all:
            for a in busiest:
                if found >> a & 1 and near[a] & ~found:
                    found |= near[a]
                    passed |= 1 << a
    return passed


def _closing(log: SubLog) -> dict[int, list[tuple[int, int]]]:
    """For each activity, what comes to follow each other when it is taken out; the width stands for the border."""
    size = log.width + 1
    triples = Tally(size**3)
    for block in log.blocks():
        begins = np.zeros(len(block.codes), bool)
        begins[block.first[:-1]] = True
        changes = begins.copy()
        changes[1:] |= block.codes[1:] != block.codes[:-1]
        code, begins = block.codes[changes].astype(np.int64), begins[changes]
        previous = np.where(begins, log.width, np.roll(code, 1))
        following = np.where(np.roll(begins, -1), log.width, np.roll(code, -1))
        triples.add((code * size + previous) * size + following)
    found: dict[int, list[tuple[int, int]]] = {}
    for key in triples.sums()[0].tolist():
        found.setdefault(key // (size * size), []).append((key // size % size, key % size))
    return found


def _without(graph: Graph, activity: int, closing: list[tuple[int, int]]) -> Graph:
    """The graph of the same courses without one activity."""
    border, kept = len(graph.after), graph.all & ~(1 << activity)
    after = [row & kept for row in graph.after]
    before = [row & kept for row in graph.before]
    after[activity] = before[activity] = 0
    starts, ends = graph.starts & kept, graph.ends & kept
    for a, b in closing:
        if a != border and b != border:
            after[a] |= 1 << b
            before[b] |= 1 << a
        elif a != border:
            ends |= 1 << a
        elif b != border:
            starts |= 1 << b
    return Graph(after, before, starts, ends, kept)


def rounds(log: SubLog, counts: Counts, *, strict: bool) -> SubLog | None:
    """The courses cut before each start (``strict``: that follows an end); None if that cuts none."""
    parts, before = [], len(log.cases)
    for block in log.blocks():
        begins = (counts.starts > 0)[block.codes]
        if strict:
            begins[1:] &= (counts.ends > 0)[block.codes[:-1]]
        begins[block.first[:-1]] = True
        parts.append(pieces(block, begins, np.ones(len(begins), bool)))
    return sub_log(log.alphabet, parts) if sum(len(part[2]) for part in parts) > before else None
