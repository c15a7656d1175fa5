"""What a Petri net can do, in integers: its states after visible steps, and whether it is sound.

A state stands for a marking and all markings that silent transitions lead to from there, so that only visible steps are
left. States and steps are numbered in the order in which a walk from the start meets them, transitions by label and
name: the numbers depend on the net alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from procmine.mine.fit.blocks import Purse, Spent
from procmine.model import Net

Ints = npt.NDArray[np.int64]
Marking = tuple[int, ...]  # the numbers of the marked places in rising order, one entry a token
Steps = tuple[tuple[Marking, ...], tuple[tuple[int, Marking], ...]]

MOST_WORK = 150_000  # tokens of all markings that are looked at: about a second
MOST_TOKENS = 64  # in one marking: beyond, the net is as good as unbounded


class TooLarge(Exception):
    """The net has more markings than are looked at."""


@dataclass(frozen=True)
class Behaviour:
    """Visible steps: the ``k``-th leads from state ``source[k]`` to ``target[k]`` by transition ``step[k]`` (a number
    into ``steps``: name and label). State 0 is the start; ``ends`` says where the run may be over.

    Sorted by source, then label, name, target.
    """

    steps: tuple[tuple[str, str], ...]
    source: Ints
    step: Ints
    target: Ints
    ends: npt.NDArray[np.bool_]

    @cached_property
    def moves(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each state its steps as (transition, next state), in the order of preference."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.ends]
        for a, t, b in zip(self.source.tolist(), self.step.tolist(), self.target.tolist(), strict=True):
            found[a].append((t, b))
        return tuple(tuple(each) for each in found)


class Firing:
    """A net's token game on tuples of place numbers."""

    def __init__(self, net: Net) -> None:
        place = {each.name: i for i, each in enumerate(net.places)}
        order = sorted(net.transitions, key=lambda t: (t.label is None, t.label or "", t.name))
        number = {each.name: i for i, each in enumerate(order)}
        self.places = tuple(each.name for each in net.places)
        self.names = tuple(each.name for each in order)
        self.labels = tuple(each.label for each in order)
        into: list[list[int]] = [[] for _ in order]
        out: list[list[int]] = [[] for _ in order]
        for source, target in net.arcs:
            if source in place:
                into[number[target]].append(place[source])
            else:
                out[number[source]].append(place[target])
        self.into, self.out = tuple(map(tuple, into)), tuple(map(tuple, out))
        self.initial: Marking = tuple(sorted(place[name] for name in net.initial))
        self.final: Marking = tuple(sorted(place[name] for name in net.final))
        self._kept: dict[Marking, Steps] = {}
        self._takers: list[list[int]] = [[] for _ in place]
        self._always = [t for t, taken in enumerate(self.into) if not taken]
        for t, taken in enumerate(self.into):
            for p in set(taken):
                self._takers[p].append(t)

    def enabled(self, marking: Marking) -> list[int]:
        """The transitions that can fire, in their order."""
        able = {t for p in set(marking) for t in self._takers[p]}
        return [t for t in sorted([*able, *self._always]) if _holds(marking, self.into[t])]

    def steps(self, marking: Marking) -> Steps:
        """The markings that silent transitions lead to, and the visible transitions with theirs; kept."""
        found = self._kept.get(marking)
        if found is None:
            after = [(t, self.fire(marking, t)) for t in self.enabled(marking)]
            silent = tuple(to for t, to in after if self.labels[t] is None)
            found = self._kept[marking] = silent, tuple((t, to) for t, to in after if self.labels[t] is not None)
        return found

    def fire(self, marking: Marking, transition: int) -> Marking:
        """The marking after an enabled transition."""
        left = list(marking)
        for p in self.into[transition]:
            left.remove(p)
        return tuple(sorted([*left, *self.out[transition]]))


def _holds(marking: Marking, wanted: tuple[int, ...]) -> bool:
    if len(wanted) == 1:
        return wanted[0] in marking
    return all(marking.count(p) >= wanted.count(p) for p in wanted)


def behaviour(net: Net, most: int = MOST_WORK) -> Behaviour:
    """The net's visible steps. Raises TooLarge for a net whose markings (those of states and silent ones between them)
    hold more than ``most`` tokens in all."""
    game, purse = Firing(net), Purse(most)
    visible = [t for t, label in enumerate(game.labels) if label is not None]
    number = {t: k for k, t in enumerate(visible)}
    states: dict[Marking, int] = {game.initial: 0}
    edges: list[tuple[int, int, int]] = []
    ends: list[bool] = []
    todo = deque([game.initial])
    try:
        while todo:
            here = todo.popleft()
            found: set[tuple[int, int]] = set()
            done = False
            for marking in _silently(game, here, purse):
                done = done or marking == game.final
                for t, after in game.steps(marking)[1]:
                    if after not in states:
                        states[after] = len(states)
                        todo.append(after)
                    found.add((number[t], states[after]))
            ends.append(done)
            edges.extend((states[here], t, b) for t, b in sorted(found))
    except Spent:
        raise TooLarge from None
    made = np.array(edges, dtype=np.int64).reshape(-1, 3)
    steps = tuple((game.names[t], str(game.labels[t])) for t in visible)
    return Behaviour(steps, made[:, 0], made[:, 1], made[:, 2], np.array(ends, dtype=np.bool_))


def _silently(game: Firing, here: Marking, purse: Purse) -> Iterable[Marking]:
    """A marking and all that silent transitions lead to, in the order of a breadth-first walk."""
    seen = {here}
    todo = deque([here])
    while todo:
        marking = todo.popleft()
        purse.pay(len(marking))
        if len(marking) > MOST_TOKENS:
            raise Spent
        yield marking
        for after in game.steps(marking)[0]:
            if after not in seen:
                seen.add(after)
                todo.append(after)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a net is not sound: ``kind`` is unbounded, stuck, left_over or never; ``at`` names places or
    transitions."""

    kind: str
    at: tuple[str, ...]


def soundness(net: Net, most: int = MOST_WORK) -> Fault | None:
    """None for a sound net: it can always come to its end, nothing is left over then, every transition can fire.

    Raises TooLarge where the markings hold more than ``most`` tokens in all.
    """
    game = Firing(net)
    came: dict[Marking, Marking | None] = {game.initial: None}
    back: dict[Marking, list[Marking]] = {game.initial: []}
    fired: set[int] = set()
    todo = deque([game.initial])
    work = 0
    while todo:
        here = todo.popleft()
        work += len(here)
        if work > most:
            raise TooLarge
        for t in game.enabled(here):
            fired.add(t)
            after = game.fire(here, t)
            back.setdefault(after, []).append(here)
            if after in came:
                continue
            came[after] = here
            if grown := _grown(after, came):
                return Fault("unbounded", tuple(game.places[p] for p in sorted(grown)))
            if _holds(after, game.final) and after != game.final:
                rest = list(after)
                for p in game.final:
                    rest.remove(p)
                return Fault("left_over", tuple(game.places[p] for p in sorted(set(rest))))
            todo.append(after)
    good = {game.final} if game.final in came else set()
    walk = deque(good)
    while walk:
        for before in back[walk.popleft()]:
            if before not in good:
                good.add(before)
                walk.append(before)
    for marking in came:  # in the order of the walk: the first one found is the nearest to the start
        if marking not in good:
            last = _last_stuck(game, marking)
            return Fault("stuck", tuple(game.places[p] for p in sorted(set(last))))
    never = tuple(game.names[t] for t in range(len(game.names)) if t not in fired)
    return Fault("never", never) if never else None


def _grown(marking: Marking, came: dict[Marking, Marking | None]) -> set[int]:
    """The places that gained a token since an earlier marking on the way with at least the same tokens: they can gain
    more for ever (Karp and Miller 1969)."""
    before = came[marking]
    while before is not None:
        if len(before) < len(marking) and _holds(marking, before):
            rest = list(marking)
            for p in before:
                rest.remove(p)
            return set(rest)
        before = came[before]
    return set()


def _last_stuck(game: Firing, marking: Marking) -> Marking:
    """Where a run that cannot reach the end comes to a halt, or the marking itself where it goes round for ever."""
    seen = {marking}
    todo = deque([marking])
    while todo:
        here = todo.popleft()
        able = game.enabled(here)
        if not able:
            return here
        for t in able:
            after = game.fire(here, t)
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return marking
