"""Precision: how much of what a model allows next was ever taken, prefix by prefix.

A model is looked at as a deterministic automaton (``Runs``) that is made lazily. Of a tree a state says where in it a
run may stand after a prefix, and is made once, however many prefixes lead to it; activities stand in the tree once, so
only a loop can be in several places at once. Of a net see ``of_net``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from procmine.mine.counts import Courses
from procmine.mine.fit.blocks import Node, Purse, Spent
from procmine.model import walked

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
        return self._machine.after(state, code)


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

    What a state holds: a leaf whether it is done; a choice nothing; a parallel block its branches' states; a sequence
    the branch it has come to and its state; a loop all pairs of branch and state it may be in. A choice once made goes
    on as its branch, a sequence as its last one: they take that one's states for their own, so that a step deep in a
    tree makes no state a level.
    """

    def __init__(self, purse: Purse) -> None:
        self.follows: list[int] = []
        self.ends: list[bool] = []
        self._held: list[Any] = []
        self._nodes: list[Node] = []
        self._numbers: dict[tuple[int, Any], int] = {}
        self._after: dict[tuple[int, int], int] = {}
        self._starts: dict[int, int] = {}
        self._purse = purse

    def start(self, root: Node) -> int:
        """The state of a node nothing of which has happened."""
        if root.number not in self._starts:
            for node in reversed(walked(root)):
                self._starts[node.number] = self._state(node, self._first(node))
        return self._starts[root.number]

    def after(self, state: int, code: int) -> int | None:
        """The state after one more activity, None if the node does not allow it."""
        if not self.follows[state] >> code & 1:
            return None
        found = self._after.get((state, code))
        return self._move(state, code) if found is None else found

    def fits(self, root: Node, course: Iterable[int]) -> bool:
        """Whether a course is a whole run of the tree."""
        state = self.start(root)
        for code in course:
            self._purse.pay(_STEP)
            after = self.after(state, code)
            if after is None:
                return False
            state = after
        return self.ends[state]

    def _first(self, node: Node) -> Any:
        starts = [self._starts[child.number] for child in node.children]
        if node.operator == "parallel":
            return tuple(starts)
        if node.operator == "sequence":
            return 0, starts[0]
        if node.operator == "loop":
            return frozenset([(0, starts[0])])
        return node.operator is None and node.activity is None

    def _move(self, state: int, code: int) -> int:
        """The state after an activity that is allowed; the states within it move before it does. Several places of a
        loop may share what is within them; nodes have greater numbers than those above them, so the last moves first.
        """
        within: dict[int, list[int]] = {}
        todo = [state]
        while todo:
            here = todo.pop()
            if here not in within:
                within[here] = self._within(here, code)
                todo.extend(inner for inner in within[here] if (inner, code) not in self._after)
        for here in sorted(within, key=lambda each: -self._nodes[each].number):
            moved = [self._after[inner, code] for inner in within[here]]
            self._after[here, code] = self._next(self._nodes[here], self._held[here], code, moved)
        return self._after[state, code]

    def _within(self, state: int, code: int) -> list[int]:
        """The states of branches that an activity moves, also of those it begins."""
        node, held = self._nodes[state], self._held[state]
        if node.operator is None:
            return []
        branch = node.branch[code]
        fresh = self._starts[node.children[branch].number]
        if node.operator == "xor":
            return [fresh]
        if node.operator == "parallel":
            return [held[branch]]
        if node.operator == "sequence":
            return [held[1] if held[0] == branch else fresh]
        within = [inner for at, inner in held if at == branch]
        if any(branch in self._entries(node, at) for at, inner in held if self.ends[inner]):
            within.append(fresh)
        return [inner for inner in within if self.follows[inner] >> code & 1]

    def _next(self, node: Node, held: Any, code: int, moved: Sequence[int]) -> int:
        """The state of a node after an activity it allows, from the states its branches have moved to."""
        if node.operator is None:
            return self._state(node, True)
        branch = node.branch[code]
        if node.operator == "xor":
            return moved[0]
        if node.operator == "parallel":
            return self._state(node, (*held[:branch], moved[0], *held[branch + 1 :]))
        if node.operator == "sequence":
            return moved[0] if branch + 1 == len(node.children) else self._state(node, (branch, moved[0]))
        return self._state(node, frozenset((branch, inner) for inner in moved))

    def _entries(self, loop: Node, ended: int) -> set[int]:
        """The branches of a loop that may begin where branch ``ended`` ends (0 the body, others redo); an empty one
        may be passed, and the next one with it."""
        redos = set(range(1, len(loop.children)))
        if ended:
            return {0} | (redos if self._passed(loop.children[0]) else set())
        return redos | ({0} if any(self._passed(loop.children[redo]) for redo in redos) else set())

    def _passed(self, node: Node) -> bool:
        return self.ends[self._starts[node.number]]

    def _state(self, node: Node, held: Any) -> int:
        key = (node.number, held)
        found = self._numbers.get(key)
        if found is None:
            self._purse.pay(_STATE + _BRANCH * len(node.children))
            follows, ends = self._allowed(node, held)
            found = self._numbers[key] = len(self._held)
            self._held.append(held)
            self._nodes.append(node)
            self.follows.append(follows)
            self.ends.append(ends)
        return found

    def _allowed(self, node: Node, held: Any) -> tuple[int, bool]:
        """The activities that may come next, and whether the node may end."""
        if node.operator is None:
            return (0, True) if held else (node.mask, False)
        if node.operator == "xor":
            states = [self._starts[child.number] for child in node.children]
            return self._union(states), any(self.ends[state] for state in states)
        if node.operator == "parallel":
            return self._union(held), all(self.ends[state] for state in held)
        if node.operator == "sequence":
            states = [held[1]]
            for child in node.children[held[0] + 1 :]:
                if not self.ends[states[-1]]:
                    break
                states.append(self._starts[child.number])
            through = held[0] + len(states) == len(node.children) and self.ends[states[-1]]
            return self._union(states), through
        states = [state for _, state in held]
        ended = {at for at, state in held if self.ends[state]}
        entered = {branch for at in ended for branch in self._entries(node, at)}
        states += [self._starts[node.children[branch].number] for branch in entered]
        return self._union(states), 0 in ended or (bool(ended) and self._passed(node.children[0]))

    def _union(self, states: Iterable[int]) -> int:
        mask = 0
        for state in states:
            mask |= self.follows[state]
        return mask
