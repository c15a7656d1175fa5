"""The inductive miner over integer arrays: a process tree that every case fits, or every common one.

IM and IMf of Leemans, Fahland and van der Aalst (2013, 2014), giving the tree of pm4py 2.7.23 for the same courses:
same order of cuts, fall-throughs and ties. A sub-log is a few arrays, a directly-follows graph one counting pass over
them, a cut is a handful of bit operations an activity. Nothing here depends on the order of courses; of equals the
first activity by name is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from procmine.mine.counts import Courses
from procmine.mine.fit.blocks import Purse, Spent
from procmine.mine.inductive.cuts import find_cut
from procmine.mine.inductive.falls import cut_without, once_in_each, rounds
from procmine.mine.inductive.folding import Shoot, folded
from procmine.mine.inductive.graph import common, count, graph
from procmine.mine.inductive.projection import split, split_off
from procmine.mine.inductive.sublog import NOTHING, SubLog, whole
from procmine.model import TreeNode

BUDGET = 10_000_000_000  # ten million events took 0.4e9, 398 activities in 1,170 courses 0.3e9: a minute or two at most
# Levels. No walk of ours needs a bound, but Python's json ends at some 490 of them. The deepest tree of the public logs
# has 395 (bpic15-permits, all three municipalities, no noise).
DEEPEST = 400
_FLOWER = "flower"


@dataclass(frozen=True, slots=True)
class Mined:
    """A tree, and how many activities stand in it as a flower (any of them, in any order) only because the budget of
    work was used up or the tree became too deep; ``work`` is what was spent."""

    tree: TreeNode
    unordered: int
    work: int

    @property
    def complete(self) -> bool:
        """Whether the tree says all that the miner can."""
        return self.unordered == 0


def mine_tree(courses: Courses, noise: float = 0.0, budget: int = BUDGET) -> Mined:
    """The process tree of a log's courses. ``noise`` is the share below which rare ways are left out, 0 keeps all.

    ``budget`` bounds the work in elementary steps: steps of courses looked at, cells of tables, and rows of graphs in
    the search for an activity without which a cut holds. The tree grows depth first, from left to right; where the
    budget ends, or ``DEEPEST`` levels down, what is left becomes a flower: the tree is right but says less.
    """
    purse = Purse(budget)
    root, unordered = Shoot(), 0
    todo = [(whole(courses), root)]
    while todo:
        log, shoot = todo.pop()
        if len(log.codes) and log.empty:
            if log.empty > noise * (log.empty + int(log.cases.sum())):  # without noise: always
                shoot = shoot.grow("xor", 2)[1]
            log = log.without_empty()
        if log.width == 1:  # again and again, if any course has it twice
            (shoot if log.single else shoot.grow("loop", 2)[0]).activity = int(log.alphabet[0])
        elif len(log.codes):
            try:
                operator, parts = _divide(log, noise, purse, shoot.depth)
            except Spent:
                operator, parts = _FLOWER, []
                unordered += log.width
            if operator == _FLOWER:
                _flower(log, shoot)
            else:
                children = shoot.grow(operator, len(parts))
                todo.extend(zip(reversed(parts), reversed(children), strict=True))
    return Mined(folded(root, courses.activities), unordered, min(budget, budget - purse.left))


def _divide(log: SubLog, noise: float, purse: Purse, depth: int) -> tuple[str, list[SubLog]]:
    """The operator of a sub-log's root and what each child has to explain. Raises Spent."""
    if depth >= DEEPEST:
        raise Spent
    purse.pay(4 * len(log.codes) + log.width * log.width)
    counts = count(log, by_case=False)
    found = graph(counts)
    cut = find_cut(found)
    if cut is None and noise:
        purse.pay(len(log.codes) + log.width * log.width)
        cut = find_cut(graph(common(count(log, by_case=True), noise)))
    if cut is not None:
        purse.pay(len(log.codes) * len(cut.groups))
        return cut.operator, split(log, cut)
    apart = once_in_each(log, counts)
    if apart is None:
        apart = cut_without(log, found, purse)
    if apart is not None:
        return "parallel", split_off(log, apart)
    cut_up = rounds(log, counts, strict=True) or rounds(log, counts, strict=False)
    if cut_up is not None:
        return "loop", [cut_up, NOTHING]
    return _FLOWER, []


def _flower(log: SubLog, shoot: Shoot) -> None:
    """Any of the activities, in any order, as often as one likes."""
    _, redo = shoot.grow("loop", 2)
    for petal, activity in zip(redo.grow("xor", log.width), log.alphabet.tolist(), strict=True):
        petal.activity = activity
