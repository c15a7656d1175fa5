"""Precision: how much of what a model allows next was ever taken, prefix by prefix.

A model is looked at as a deterministic automaton (``Runs``) that is made lazily. Of a tree a state says where in it a
run may stand after a prefix, and is made once, however many prefixes lead to it; activities stand in the tree once, so
only a loop can be in several places at once. Of a net see ``of_net``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from procmine.mine.counts import Courses
from procmine.mine.fit.blocks import Node, Purse, Spent

# Elementary steps, about a nanosecond each: a step of a course, a new prefix, a new state and each branch in it.
_STEP, _PREFIX, _STATE, _BRANCH = 300, 1_000, 2_000, 350


class Runs(Protocol):
    """A model's runs: ``follows`` has for each state the activities that may come next as bits."""

    follows: list[int]

    def begin(self) -> int:
        """The state nothing has happened in. Raises Spent."""

    def go(self, state: int, code: int) -> int | None:
        """The state after one more activity, None if the model does not allow it. Raises Spent."""


class TreeRuns:
    """The runs of a tree."""

    def __init__(self, root: Node, purse: Purse) -> None:
        self._root, self._machine = root, Machine(purse)
        self.follows = self._machine.follows

    def begin(self) -> int:
        """The state nothing has happened in."""
        return self._machine.start(self._root)

    def go(self, state: int, code: int) -> int | None:
        """The state after one more activity."""
        return self._machine.after(self._root, state, code)


def precision_of(log: Courses, runs: Runs, purse: Purse) -> tuple[float | None, float | None]:
    """ETConformance precision (Munoz-Gama and Carmona 2010) over the prefixes that the model can replay, the empty one
    included, weighted by cases; and the share of the log's steps that such prefixes cover.

    None, None if the purse does not cover the whole log: taken from a part, precision would be too low, because rare
    courses take the steps that frequent ones leave.
    """
    wide = len(log.activities)
    longer: dict[int, int] = {}  # prefix * wide + next step -> the longer prefix; 0 is the empty prefix
    states, taken, weight = [0], [0], [0]
    steps = 0
    codes, first, cases = log.codes.tolist(), log.first.tolist(), log.cases.tolist()
    try:
        states[0] = runs.begin()
        for i, many in enumerate(cases):
            course = codes[first[i] : first[i + 1]]
            steps += many * len(course)
            purse.pay(_STEP * len(course))
            here = 0
            for place, code in enumerate(course):
                weight[here] += many
                taken[here] |= 1 << code
                if place + 1 == len(course):
                    break
                there = longer.get(here * wide + code)
                if there is None:
                    purse.pay(_PREFIX)
                    state = runs.go(states[here], code)
                    there = -1
                    if state is not None:
                        there = len(states)
                        states.append(state)
                        taken.append(0)
                        weight.append(0)
                    longer[here * wide + code] = there
                if there < 0:
                    break
                here = there
    except Spent:
        return None, None
    allowed = [runs.follows[state] for state in states]
    enabled = sum(many * mask.bit_count() for many, mask in zip(weight, allowed, strict=True))
    escaping = sum(m * (mask & ~t).bit_count() for m, mask, t in zip(weight, allowed, taken, strict=True))
    return (1 - escaping / enabled if enabled else None), (sum(weight) / steps if steps else None)


class Machine:
    """A tree's automaton. ``follows`` has for each state the activities that may come next as bits, ``ends`` whether
    the node may end there.

    What a state holds: a leaf whether it is done; a choice nothing or the branch taken and its state; a parallel block
    its branches' states; a sequence the branch it has come to and its state; a loop all pairs of branch and state it
    may be in.
    """

    def __init__(self, purse: Purse) -> None:
        self.follows: list[int] = []
        self.ends: list[bool] = []
        self._held: list[Any] = []
        self._numbers: dict[tuple[int, Any], int] = {}
        self._after: dict[tuple[int, int], int | None] = {}
        self._starts: dict[int, int] = {}
        self._purse = purse

    def start(self, node: Node) -> int:
        """The state of a node nothing of which has happened."""
        found = self._starts.get(node.number)
        if found is None:
            found = self._starts[node.number] = self._state(node, self._first(node))
        return found

    def after(self, node: Node, state: int, code: int) -> int | None:
        """The state after one more activity, None if the node does not allow it."""
        if not self.follows[state] >> code & 1:
            return None
        key = (state, code)
        if key not in self._after:
            self._after[key] = self._state(node, self._next(node, self._held[state], code))
        return self._after[key]

    def fits(self, root: Node, course: Iterable[int]) -> bool:
        """Whether a course is a whole run of the tree."""
        state = self.start(root)
        for code in course:
            self._purse.pay(_STEP)
            after = self.after(root, state, code)
            if after is None:
                return False
            state = after
        return self.ends[state]

    def _first(self, node: Node) -> Any:
        if node.operator is None:
            return node.activity is None
        if node.operator == "xor":
            return None
        if node.operator == "parallel":
            return tuple(self.start(child) for child in node.children)
        entered = (0, self.start(node.children[0]))
        return entered if node.operator == "sequence" else frozenset([entered])

    def _next(self, node: Node, held: Any, code: int) -> Any:
        """What a node holds after an activity it allows."""
        if node.operator is None:
            return True
        branch = node.branch[code]
        child = node.children[branch]
        if node.operator == "xor":
            return branch, self._moved(child, self.start(child) if held is None else held[1], code)
        if node.operator == "parallel":
            return (*held[:branch], self._moved(child, held[branch], code), *held[branch + 1 :])
        if node.operator == "sequence":
            return branch, self._moved(child, held[1] if held[0] == branch else self.start(child), code)
        moved = [self.after(child, state, code) for at, state in sorted(held) if at == branch]
        if any(branch in self._entries(node, at) for at, state in held if self.ends[state]):
            moved.append(self.after(child, self.start(child), code))
        return frozenset((branch, state) for state in moved if state is not None)

    def _moved(self, child: Node, state: int, code: int) -> int:
        moved = self.after(child, state, code)
        assert moved is not None, "a node allowed what its branch does not"  # noqa: S101 - ties two halves of this class
        return moved

    def _entries(self, loop: Node, ended: int) -> set[int]:
        """The branches of a loop that may begin where branch ``ended`` ends (0 the body, others redo); an empty one
        may be passed, and the next one with it."""
        redos = set(range(1, len(loop.children)))
        if ended:
            return {0} | (redos if self.ends[self.start(loop.children[0])] else set())
        passed = any(self.ends[self.start(loop.children[redo])] for redo in redos)
        return redos | ({0} if passed else set())

    def _state(self, node: Node, held: Any) -> int:
        key = (node.number, held)
        found = self._numbers.get(key)
        if found is None:
            self._purse.pay(_STATE + _BRANCH * len(node.children))
            follows, ends = self._allowed(node, held)
            found = self._numbers[key] = len(self._held)
            self._held.append(held)
            self.follows.append(follows)
            self.ends.append(ends)
        return found

    def _allowed(self, node: Node, held: Any) -> tuple[int, bool]:
        """The activities that may come next, and whether the node may end."""
        if node.operator is None:
            return (0, True) if held else (node.mask, False)
        if node.operator == "xor":
            states = [self.start(child) for child in node.children] if held is None else [held[1]]
            return self._union(states), any(self.ends[state] for state in states)
        if node.operator == "parallel":
            return self._union(held), all(self.ends[state] for state in held)
        if node.operator == "sequence":
            states = [held[1]]
            for child in node.children[held[0] + 1 :]:
                if not self.ends[states[-1]]:
                    break
                states.append(self.start(child))
            through = held[0] + len(states) == len(node.children) and self.ends[states[-1]]
            return self._union(states), through
        states = [state for _, state in held]
        ended = {at for at, state in held if self.ends[state]}
        entered = {branch for at in ended for branch in self._entries(node, at)}
        states += [self.start(node.children[branch]) for branch in entered]
        return self._union(states), 0 in ended or (bool(ended) and self.ends[self.start(node.children[0])])

    def _union(self, states: Any) -> int:
        mask = 0
        for state in states:
            mask |= self.follows[state]
        return mask
