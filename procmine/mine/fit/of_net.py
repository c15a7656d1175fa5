"""How well a net that came without a tree and a log fit each other: the same figures as a tree's, where the net allows.

Such a net need not be sound. What alignments ask for is less: that some run comes to the end (the net is *easy sound*:
van der Aalst et al., "Soundness of workflow nets", Formal Aspects of Computing 23, 2011), and that there are few enough
states to look at. The figures then say how well the log fits the runs that do end; that others do not is said beside
them.
"""

from __future__ import annotations

from collections import defaultdict

from procmine.mine.counts import Courses
from procmine.mine.fit import alignment
from procmine.mine.fit.blocks import Purse
from procmine.mine.fit.markings import Behaviour, TooLarge, behaviour, soundness
from procmine.mine.fit.quality import FITNESS, PRECISION, not_measured, of_precision
from procmine.mine.fit.replay import precision_of
from procmine.model import Net, Quality

REASONS = {
    "too_many_states": "too_many_states",
    "too_dear": "alignment_budget",
    "no_end": "no_end",
    "long_courses": "long_courses",
    "budget": "alignment_budget",
}
_STATE, _MOVE = 2_000, 350  # elementary steps for a new state, and for each step of the net that leads from it


def measure_net(log: Courses, net: Net, budget: int) -> Quality:
    """Fitness by alignment and precision of a net for a log, each within ``budget`` elementary steps."""
    try:
        fault = soundness(net)
        runs = behaviour(net)
    except TooLarge:
        return not_measured(log, "too_many_states")
    aligned = alignment.align(net, log, budget=budget, moves=False)
    if aligned.shortest is None:
        return not_measured(log, REASONS[aligned.reasons[0]])
    purse = Purse(budget)
    precision, share = precision_of(log, NetRuns(runs, log.activities, purse), purse)
    told = [REASONS[each] for each in aligned.reasons]
    return Quality(
        fitness=alignment.fitness(aligned, log),
        fitness_method=FITNESS,
        precision=precision,
        precision_method=PRECISION,
        on_cases=aligned.on_cases,
        of_cases=log.all_cases,
        reasons=(*(["unsound"] if fault else []), *told, *of_precision(share)),
        precision_steps=share,
    )


class NetRuns:
    """The runs of a net made deterministic: a state is the set of the net's states a prefix may have led to."""

    def __init__(self, runs: Behaviour, activities: tuple[str, ...], purse: Purse) -> None:
        codes = {name: code for code, name in enumerate(activities)}
        labels = [codes.setdefault(label, len(codes)) for _, label in runs.steps]
        self._moves = [[(labels[step], to) for step, to in each] for each in runs.moves]
        self._purse = purse
        self._numbers: dict[frozenset[int], int] = {}
        self._after: list[dict[int, frozenset[int]]] = []
        self.follows: list[int] = []

    def begin(self) -> int:
        """The state nothing has happened in."""
        return self._number(frozenset([0]))

    def go(self, state: int, code: int) -> int | None:
        """The state after one more activity, None if the net does not allow it."""
        found = self._after[state].get(code)
        return None if found is None else self._number(found)

    def _number(self, states: frozenset[int]) -> int:
        if states not in self._numbers:
            moves = [move for state in states for move in self._moves[state]]
            self._purse.pay(_STATE + _MOVE * len(moves))
            after: dict[int, set[int]] = defaultdict(set)
            for code, to in moves:
                after[code].add(to)
            self._numbers[states] = len(self.follows)
            self._after.append({code: frozenset(to) for code, to in after.items()})
            self.follows.append(sum(1 << code for code in after))
        return self._numbers[states]
