"""Optimal alignments of courses with a Petri net: the fewest deviations from it, and which ones, within a purse.

Unit costs: a step of the course the net does not do here (log move) or a visible step of the net the course lacks
(model move) costs 1, silent transitions nothing. What is left of a course costs the same wherever it came from, so the
cheapest way to the end is worked out once for each different *ending* of the courses and each state of the net, all
states at a time, from the last step backwards:

    cost(a + rest, s) = min over states t that model moves lead to from s of
                        moves(s, t) + min(cost(rest, t) + 1, cost(rest, u) for steps a from t to u)

That needs all states of the net (see ``markings``) and in return is exact, bounded before it begins, and yields every
optimal alignment at once. Of these the one is taken that explains most of the course (fewest log moves), then the one
that prefers, step by step from the start, a synchronous move to a log move to a model move, and among these the first
by label and transition name: the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Courses
from procmine.mine.fit.blocks import Course, Purse, Spent
from procmine.mine.fit.fairness import in_fair_order
from procmine.mine.fit.markings import Behaviour, TooLarge, behaviour
from procmine.model import Net

BUDGET = 2_000_000_000  # a step is about a nanosecond
BUDGET_EACH = 500_000_000
FORMULA = "1 - sum(alignment cost) / sum(course length + shortest run of the model), unit costs, by case"
_MOVE = 1 << 13  # what a deviation costs in the table; a log move costs one more, so that it is the last choice
_LONGEST = _MOVE - 1  # steps of a course: so many log moves never add up to a deviation
_FAR = 1 << 28
_DENSE = 300  # states up to which the distances between all pairs are kept in any case
_WIDEST = 1_500  # and where that is less work than going through all steps again and again, up to so many
_CELLS = 6_000_000  # endings x states held at a time
_CALL = 5_000  # what an operation on arrays costs beside its cells
_COURSE = 2_000  # what the moves of one step of a course cost
_ROUNDS = 12  # how often the steps are gone through, mostly, until no cost falls any more

Costs = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Move:
    """One move of an alignment: ``kind`` is sync, log or model; ``position`` counts the course's steps before it;
    ``transition`` is the net's, None for a log move."""

    kind: str
    activity: str
    position: int
    transition: str | None


@dataclass(frozen=True, slots=True)
class Aligned:
    """Alignments in the order of the courses. A course beyond the budget has cost and moves None; ``reasons`` says why
    (too_many_states, too_dear, no_end, long_courses, budget). ``moves`` is empty where only costs were asked for.
    ``shortest`` is the length of the net's shortest run."""

    costs: tuple[int | None, ...]
    moves: tuple[tuple[Move, ...] | None, ...]
    shortest: int | None
    on_cases: int
    of_cases: int
    reasons: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """The share of cases that were aligned; None where there are none."""
        return self.on_cases / self.of_cases if self.of_cases else None


def align(
    net: Net,
    courses: Courses,
    *,
    budget: int | Purse = BUDGET,
    budget_each: int = BUDGET_EACH,
    unfinished: bool = False,
    moves: bool = True,
) -> Aligned:
    """An optimal alignment of each course with a sound net, courses in their fair order, within ``budget`` steps in
    all and ``budget_each`` for one course.

    Several calls may spend from one ``Purse``. ``unfinished``: the courses may stop anywhere in a run of the net
    (prefix alignment, for cases that still go on).
    """
    nothing: tuple[None, ...] = (None,) * len(courses)
    purse = budget if isinstance(budget, Purse) else Purse(budget)
    if not len(courses):
        return Aligned((), (), None, 0, 0)
    try:
        table = _Table(behaviour(net), purse, unfinished)
    except TooLarge:
        return Aligned(nothing, nothing, None, 0, courses.all_cases, ("too_many_states",))
    except Spent:
        return Aligned(nothing, nothing, None, 0, courses.all_cases, ("too_dear",))
    if table.shortest is None and not unfinished:
        return Aligned(nothing, nothing, None, 0, courses.all_cases, ("no_end",))
    return _align(table, courses, budget_each, moves)


def fitness(aligned: Aligned, courses: Courses) -> float | None:
    """Log fitness by FORMULA (Adriansyah, van Dongen and van der Aalst 2011) over the courses that were aligned: one
    minus their deviations over the worst case (skip the whole course, then run the model alone).

    None where nothing was aligned, or the net has no run.
    """
    if aligned.shortest is None:
        return None
    pairs = [(i, cost) for i, cost in enumerate(aligned.costs) if cost is not None]
    lengths, weights = np.diff(courses.first).tolist(), courses.cases.tolist()
    worst = sum(weights[i] * (lengths[i] + aligned.shortest) for i, _ in pairs)
    return 1 - sum(weights[i] * cost for i, cost in pairs) / worst if worst else None


def _align(table: _Table, courses: Courses, budget_each: int, wanted: bool) -> Aligned:
    costs: list[int | None] = [None] * len(courses)
    moves: list[tuple[Move, ...] | None] = [None] * (len(courses) if wanted else 0)
    codes = table.codes_of(courses.activities)
    ends = courses.first.tolist()
    reasons = []
    try:
        for i in in_fair_order(courses):
            course = tuple(codes[code] for code in courses.codes[ends[i] : ends[i + 1]].tolist())
            if table.price * len(course) > budget_each or len(course) > _LONGEST:
                reasons.append("long_courses")
                continue
            table.add(i, course)
            if table.full:
                table.settle(costs, moves if wanted else None, courses)
    except Spent:
        reasons.append("budget")
    table.settle(costs, moves if wanted else None, courses)
    on = sum(n for n, cost in zip(courses.cases.tolist(), costs, strict=True) if cost is not None)
    return Aligned(tuple(costs), tuple(moves), table.shortest, on, courses.all_cases, tuple(dict.fromkeys(reasons)))


class _Table:
    """The cheapest costs to the end for the endings of some courses: ``settle`` works them out and starts afresh."""

    def __init__(self, net: Behaviour, purse: Purse, unfinished: bool) -> None:
        self._net, self._purse = net, purse
        self._labels = sorted({label for _, label in net.steps})
        self._size = size = len(net.ends)
        edges = len(net.source)
        dense = size <= _DENSE or (size <= _WIDEST and size * size <= _ROUNDS * edges)
        self.price = _COURSE + (size * size if dense else _ROUNDS * edges) + 2 * edges
        purse.pay(size * edges if dense else edges)
        number = {label: k for k, label in enumerate(self._labels)}
        self._label = np.array([number[net.steps[t][1]] for t in net.step.tolist()], dtype=np.int64)
        self._by_label = [_grouped(net.source, net.target, self._label == k) for k in range(len(self._labels))]
        self._model = _grouped(net.source, net.target, np.ones(edges, dtype=np.bool_))
        self._apart = _distances(self._model, size) if dense else None
        over = np.where(net.ends, 0, _FAR).astype(np.int32)[None, :]
        finished = self._closed(over)[0]
        self.shortest = int(finished[0]) // _MOVE if finished[0] < _FAR else None
        self._empty = np.zeros(size, np.int32) if unfinished else finished
        self._kept: dict[tuple[str, str, int, str | None], Move] = {}
        self._forget()

    def _forget(self) -> None:
        self._rest: list[int] = [-1]  # of an ending, the one without its first step; number 0 is the empty one
        self._first: list[int] = [-1]
        self._depth: list[int] = [0]
        self._numbers: dict[tuple[int, int], int] = {}
        self._todo: list[tuple[int, Course, int]] = []

    @property
    def full(self) -> bool:
        """Whether so many endings are waiting that they fill the room there is."""
        return len(self._rest) * self._size > _CELLS

    def codes_of(self, activities: Sequence[str]) -> list[int]:
        """For each activity of a log the number of its label, -1 where the net does not have it."""
        known = {label: k for k, label in enumerate(self._labels)}
        return [known.get(name, -1) for name in activities]

    def add(self, which: int, course: Course) -> None:
        """Put a course on the list. Raises Spent, and leaves it off, where the purse does not cover it."""
        node = 0
        new: list[tuple[tuple[int, int], int, int, int]] = []
        for depth, code in enumerate(reversed(course), 1):
            key = (node, code)
            found = self._numbers.get(key, -1)
            if found < 0:
                found = len(self._rest) + len(new)
                new.append((key, node, code, depth))
                self._numbers[key] = found
            node = found
        if self._purse.left < len(new) * self.price + _COURSE * len(course):
            for key, *_ in new:
                del self._numbers[key]
            raise Spent
        self._purse.pay(len(new) * self.price + _COURSE * len(course))
        for _, rest, code, depth in new:
            self._rest.append(rest)
            self._first.append(code)
            self._depth.append(depth)
        self._todo.append((which, course, node))

    def settle(self, costs: list[int | None], moves: list[tuple[Move, ...] | None] | None, courses: Courses) -> None:
        """Costs and moves of the courses on the list, which is empty then."""
        table = self._filled()
        ends = courses.first.tolist()
        for which, course, node in self._todo:
            costs[which] = int(table[node, 0]) // _MOVE
            if moves is not None:
                names = [courses.activities[code] for code in courses.codes[ends[which] : ends[which + 1]].tolist()]
                moves[which] = self._moves(table, course, node, names)
        self._forget()

    def _filled(self) -> Costs:
        """The costs of every ending from every state, shorter endings first."""
        rest, first, depth = (np.array(part, dtype=np.int64) for part in (self._rest, self._first, self._depth))
        table = np.empty((len(rest), self._size), dtype=np.int32)
        table[0] = self._empty
        order = np.argsort(depth, kind="stable")
        cuts = np.flatnonzero(np.diff(depth[order], append=depth.max() + 1)) + 1
        for level in np.split(order, cuts)[1:-1]:
            before = table[rest[level]]
            now = before + (_MOVE + 1)
            for code in np.unique(first[level]).tolist():
                if code < 0:
                    continue
                rows = np.flatnonzero(first[level] == code)
                states, starts, targets = self._by_label[code]
                done = np.minimum.reduceat(before[rows][:, targets], starts, axis=1)
                at = np.ix_(rows, states)
                now[at] = np.minimum(now[at], done)
            table[level] = self._closed(now)
        return table

    def _closed(self, costs: Costs) -> Costs:
        """The same with model moves before: as many as are worth it."""
        if self._apart is not None:
            closed = np.empty_like(costs)
            at_once = max(1, 2_000_000 // self._size**2)
            for k in range(0, len(costs), at_once):
                closed[k : k + at_once] = (costs[k : k + at_once, None, :] + self._apart[None]).min(axis=2)
            return np.minimum(closed, _FAR, out=closed)
        states, starts, targets = self._model
        while len(states):
            through = np.minimum.reduceat(costs[:, targets], starts, axis=1) + _MOVE
            better = through < costs[:, states]
            if not better.any():
                break
            costs[:, states] = np.minimum(costs[:, states], through)
        return costs

    def _moves(self, table: Costs, course: Course, node: int, names: Sequence[str]) -> tuple[Move, ...]:
        """The alignment that prefers, from the start, synchronous to log to model moves, then by label and name."""
        found: list[Move] = []
        moves, steps = self._net.moves, self._net.steps
        state, at, left = 0, 0, int(table[node, 0])
        while at < len(course) or left:
            if at < len(course):
                rest, label = self._rest[node], names[at]
                known = course[at] >= 0
                ahead = (m for m in moves[state] if steps[m[0]][1] == label and table[rest, m[1]] == left)
                sync = next(ahead, None) if known else None
                if sync is not None:
                    found.append(self._move("sync", label, at, steps[sync[0]][0]))
                    state, node, at = sync[1], rest, at + 1
                    continue
                if table[rest, state] + _MOVE + 1 == left:
                    found.append(self._move("log", label, at, None))
                    node, at, left = rest, at + 1, left - _MOVE - 1
                    continue
            t, state = next(m for m in moves[state] if table[node, m[1]] + _MOVE == left)
            found.append(self._move("model", steps[t][1], at, steps[t][0]))
            left -= _MOVE
        return tuple(found)

    def _move(self, kind: str, activity: str, position: int, transition: str | None) -> Move:
        """A move, one object for all equal ones: a log has millions."""
        key = (kind, activity, position, transition)
        if key not in self._kept:
            self._kept[key] = Move(*key)
        return self._kept[key]


def _grouped(source: Any, target: Any, which: Any) -> tuple[Any, Any, Any]:
    """Some steps by source: the different sources, where each begins, and the targets."""
    states, starts = np.unique(source[which], return_index=True)
    return states, starts, target[which]


def _distances(steps: tuple[Any, Any, Any], size: int) -> Costs:
    """The cost of the fewest visible steps from each state to each other one, breadth-first from all at once: what can
    be reached in one step more is what the next states reach, as bits."""
    sources, starts, targets = steps
    apart = np.full((size, size), _FAR, dtype=np.int32)
    np.fill_diagonal(apart, 0)
    reached = np.packbits(np.eye(size, dtype=np.bool_), axis=1)
    cost = 0
    while len(sources):
        cost += _MOVE
        wider = reached.copy()
        wider[sources] |= np.bitwise_or.reduceat(reached[targets], starts, axis=0)
        if np.array_equal(wider, reached):
            break
        apart[np.unpackbits(wider & ~reached, axis=1, count=size).astype(np.bool_)] = cost
        reached = wider
    return apart
