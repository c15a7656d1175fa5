"""Token replay: how well a log's courses can be played on a net, and how often each of its transitions is used.

Rozinat and van der Aalst (2008): a course is played step by step; a step whose places lack tokens gets them lent
(missing), and tokens left over at the end are counted (remaining). Between two steps silent transitions may fire: the
fewest that make the next step possible, of equal ones those that come first by label and name, so that no figure hangs
on chance. A case that cannot come to the end has the blocks closed that can be. Steps that the net does not know are
passed over, as in that paper.

pm4py's replay differs in three things. It fires the silent transitions on the way to a step it cannot reach all the
same; it looks for ways between single places, at most two joins deep, and so calls some cases misfits that fit; and
which of several short ways it takes can depend on the hash seed. Both look one step ahead only: a course that fits can
be called a misfit where a loop surrounds parallel branches. Alignments (``quality``) never do that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from procmine.mine.counts import Courses
from procmine.mine.fit.blocks import Purse, Spent
from procmine.mine.fit.fairness import in_fair_order
from procmine.mine.fit.markings import Firing, Marking
from procmine.model import Net

# Elementary steps, about a nanosecond each: a step of a course, a new marking or step from it, a token in it, a place
# looked at in search of silent transitions.
_STEP, _MOVE, _TOKEN, _PLACE = 300, 10_000, 500, 4_000
_END = -1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of all replayed cases, and how often each transition of the net fired (in the net's order).

    ``cases`` were replayed (fewer than the log's where the budget was used up), ``fitting`` of them without a missing
    or remaining token.
    """

    missing: int
    consumed: int
    remaining: int
    produced: int
    fitting: int
    cases: int
    visits: tuple[int, ...]

    @property
    def fitness(self) -> float | None:
        """The fitness of the replayed cases together, None if there is none."""
        if not self.consumed or not self.produced:
            return None
        return 0.5 * (1 - self.missing / self.consumed) + 0.5 * (1 - self.remaining / self.produced)


def replay(log: Courses, net: Net, budget: int) -> Tokens:
    """The courses, in their fair order, played on the net until all are or ``budget`` elementary steps are used up."""
    purse = Purse(budget)
    game = _Game(net, purse)
    taken: Counter[int] = Counter()
    fitting = cases = 0
    codes, first = log.codes.tolist(), log.first.tolist()
    try:
        for i in in_fair_order(log):
            many = int(log.cases[i])
            course = codes[first[i] : first[i + 1]]
            purse.pay(_STEP * (len(course) + 1))
            path = game.path([log.activities[code] for code in course])
            for move in path:
                taken[move] += many
            cases += many
            fitting += many * all(game.moves[move].clean for move in path)
    except Spent:
        pass
    missing, consumed, remaining, produced = (cases * n for n in (0, len(game.final), 0, len(game.start)))
    fired: Counter[int] = Counter()
    for number, many in taken.items():
        one = game.moves[number]
        missing += many * one.missing
        remaining += many * one.remaining
        for transition in one.fired:
            consumed += many * len(game.into[transition])
            produced += many * len(game.out[transition])
            fired[transition] += many
    return Tokens(missing, consumed, remaining, produced, fitting, cases, game.in_order(net, fired))


@dataclass(frozen=True, slots=True)
class _Move:
    """What one step of a course does: the transitions it fires, the tokens lent and left, the marking it leads to."""

    fired: tuple[int, ...]
    missing: int
    remaining: int
    to: int

    @property
    def clean(self) -> bool:
        return not self.missing and not self.remaining


class _Game:
    """A net's markings and the moves between them by number, each made once, however many courses take it."""

    def __init__(self, net: Net, purse: Purse) -> None:
        self._firing = Firing(net)
        self.into, self.out = self._firing.into, self._firing.out
        self.start, self.final = self._firing.initial, self._firing.final
        self.moves: list[_Move] = []
        self._purse = purse
        self._labelled: dict[str, list[int]] = {}
        self._makers: dict[int, list[int]] = {}
        self._joins: list[int] = []
        for t, label in enumerate(self._firing.labels):
            if label is not None:
                self._labelled.setdefault(label, []).append(t)
                continue
            if len(self.into[t]) > len(self.out[t]):
                self._joins.append(t)
            for place in self.out[t]:
                self._makers.setdefault(place, []).append(t)
        self._markings: list[Marking] = [self.start]
        self._numbers: dict[Marking, int] = {self.start: 0}
        self._next: dict[tuple[int, str | None], int] = {}

    def in_order(self, net: Net, fired: Counter[int]) -> tuple[int, ...]:
        """Numbers of firings in the order of the net's transitions."""
        many = {name: fired[t] for t, name in enumerate(self._firing.names)}
        return tuple(many[transition.name] for transition in net.transitions)

    def path(self, course: Iterable[str]) -> list[int]:
        """The numbers of the moves that a course takes, its end included."""
        here, path = 0, []
        for name in (*course, None):
            if name is not None and name not in self._labelled:
                continue
            number = self._next.get((here, name))
            if number is None:
                number = self._next[here, name] = len(self.moves)
                marking = self._markings[here]
                self._purse.pay(_MOVE + _TOKEN * len(marking))
                self.moves.append(self._ending(marking) if name is None else self._step(marking, name))
            path.append(number)
            here = self.moves[number].to
        return path

    def _step(self, marking: Marking, name: str) -> _Move:
        """The step by the transition of that label that needs the fewest tokens lent, then the fewest silent ones."""
        best: tuple[int, int, int, tuple[int, ...], Marking] | None = None
        for t in self._labelled[name]:
            silent, reached = self._towards(marking, self.into[t])
            lent = sum(_lacking(self.into[t], reached).values())
            if best is None or (lent, len(silent), t) < best[:3]:
                best = (lent, len(silent), t, silent, reached)
        assert best is not None, "a label has a transition"  # noqa: S101 - tells the type checker what path() made sure
        lent, _, t, silent, reached = best
        lending = _lacking(self.into[t], reached)
        after = self._firing.fire(tuple(sorted([*reached, *lending.elements()])), t)
        return _Move((*silent, t), lent, 0, self._number(after))

    def _ending(self, marking: Marking) -> _Move:
        """The way to the final marking, the tokens it still lacks, and those that are left over."""
        silent, reached = self._towards(marking, self.final)
        if Counter(self.final) - Counter(reached):
            silent, reached = self._closed(reached)
        wanted, there = Counter(self.final), Counter(reached)
        missing, remaining = (sum(each.values()) for each in (wanted - there, there - wanted))
        return _Move(silent, missing, remaining, 0)

    def _closed(self, marking: Marking) -> tuple[tuple[int, ...], Marking]:
        """The silent joins fired that leave fewer tokens, and the marking after them: in a case that stops in the
        middle of a block, the parts that may be skipped are not what is left over."""
        fired: list[int] = []
        before = -1
        while before != len(fired):
            before = len(fired)
            for t in self._joins:
                silent, reached = self._towards(marking, self.into[t])
                if _lacking(self.into[t], reached):
                    continue
                after = self._firing.fire(reached, t)
                if len(after) < len(marking):  # else a loop could be gone round for ever
                    marking = after
                    fired += [*silent, t]
        return tuple(fired), marking

    def _number(self, marking: Marking) -> int:
        number = self._numbers.get(marking)
        if number is None:
            number = self._numbers[marking] = len(self._markings)
            self._markings.append(marking)
        return number

    def _towards(self, marking: Marking, wanted: Marking) -> tuple[tuple[int, ...], Marking]:
        """The fewest silent transitions that bring a token to each wanted place, and the marking after them; places
        that none can reach are given up, and nothing is fired where the plan cannot be carried out."""
        lacking = _lacking(wanted, marking)
        if not lacking:
            return (), marking
        there = Counter(marking)
        cost, maker = self._costs(there, lacking)
        need = Counter(place for place in Counter(wanted).elements() if place in cost)
        if not any(place in cost for place in lacking):
            return (), marking
        fired: list[tuple[int, int]] = []
        for place in sorted(cost, key=lambda p: (-cost[p], p)):  # all that asks for a place stands before it
            while need[place] > there[place]:
                if place not in maker:
                    return (), marking
                t = maker[place]
                fired.append((cost[place], t))
                need.subtract(self.out[t])
                for each in self.out[t]:
                    need[each] = max(need[each], 0)
                need.update(self.into[t])
        reached = marking
        plan = [t for _, t in sorted(fired)]
        for t in plan:
            if _lacking(self.into[t], reached):
                return (), marking
            reached = self._firing.fire(reached, t)
        return tuple(plan), reached

    def _costs(self, there: Counter[int], lacking: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
        """For each place that silent transitions can reach and that may matter: how many it takes, and the last one.

        Knuth's generalisation (1977) of Dijkstra's algorithm: a transition costs one more than all its places together.
        """
        relevant = self._before(lacking, there)
        self._purse.pay(_PLACE * len(relevant))
        takers: dict[int, list[int]] = {}
        open_places: dict[int, int] = {}
        for t in sorted({t for place in relevant for t in self._makers.get(place, ())}):
            open_places[t] = len(self.into[t])
            for place in self.into[t]:
                takers.setdefault(place, []).append(t)
        cost: dict[int, int] = {}
        maker: dict[int, int] = {}
        queue: list[tuple[int, int, int]] = [(0, -1, place) for place in sorted(relevant) if there[place]]
        queue += [(1, t, place) for t, many in open_places.items() if not many for place in self.out[t]]
        queue.sort()
        while queue:
            spent, t, place = heappop(queue)
            if place in cost or place not in relevant:
                continue
            cost[place] = spent
            if t >= 0:
                maker[place] = t
            for taker in takers.get(place, ()):
                open_places[taker] -= 1
                if not open_places[taker]:
                    total = 1 + sum(cost[each] for each in self.into[taker])
                    for each in self.out[taker]:
                        heappush(queue, (total, taker, each))
        return cost, maker

    def _before(self, places: Iterable[int], there: Counter[int]) -> set[int]:
        """The places from which silent transitions may lead to these, no further back than the tokens lie."""
        found = set(places)
        todo = sorted(found)
        while todo:
            place = todo.pop()
            for t in self._makers.get(place, ()):
                for each in self.into[t]:
                    if each not in found:
                        found.add(each)
                        if not there[each]:
                            todo.append(each)
        return found


_NOTHING: Counter[int] = Counter()


def _lacking(wanted: Marking, there: Marking) -> Counter[int]:
    """The tokens that are wanted beyond those there; mostly none, which needs no counting."""
    if len(set(wanted)) == len(wanted) and all(place in there for place in wanted):
        return _NOTHING
    return Counter(wanted) - Counter(there)
