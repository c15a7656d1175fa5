"""How well a process tree and a log fit each other: fitness by exact alignment costs, precision by escaping steps.

Both are computed on the tree itself, on variants, in their fair order (``fairness``). The miner's trees name every
activity once, so a course splits along the tree without search: the cost of a parallel block is the sum over its
branches' own events, that of a sequence the best cut into consecutive pieces. This stays polynomial where search over a
net's markings does not end (a block of twenty parallel branches has a million markings). pm4py's token replay depends
on the hash seed, its aligners know no bound; hence ours. Nets without a tree: ``of_net``.

The bound is a number of elementary steps, not of seconds: the same log gives the same figures on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from procmine.mine.counts import Courses
from procmine.mine.fit import structure, tokens
from procmine.mine.fit.blocks import Course, Node, Purse, Spent, in_integers
from procmine.mine.fit.fairness import in_fair_order
from procmine.mine.fit.replay import Machine, TreeRuns, precision_of
from procmine.model import Net, Quality, TreeNode

BUDGET = 2_000_000_000  # a step is about a nanosecond: two seconds each for fitness and for precision
LONGEST = 500  # steps of a course that does not fit and is aligned: the work grows with the cube of the length
FITNESS = "1 - sum(alignment cost) / sum(course length + shortest run of the model), unit costs, by case"
PRECISION = (
    "1 - sum(steps the model allows and nobody took) / sum(steps the model allows), over replayable prefixes (ETC)"
)
TOKENS = "1/2 (1 - missing / consumed) + 1/2 (1 - remaining / produced) tokens, steps the net lacks passed over"
GENERALISATION = "1 - mean of 1/sqrt(visits) over the net's transitions, by token replay"
SIMPLICITY = "1 / (1 + max(mean arcs of a node - 2, 0))"
_CALL = 15_000  # what one operation on matrices costs beside its cells
_CELLS_KEPT = 30_000_000
_CORNERS_KEPT = 1_000_000
_FAR = 1 << 28
_NOWHERE = np.zeros(0, np.int32)  # places that nobody asks for

Matrix = npt.NDArray[np.int32]
Part = tuple[npt.NDArray[np.int32], Course]
"""How many of a child's events lie before each place of its parent's, and the child's events."""


def not_measured(log: Courses, reason: str) -> Quality:
    """A quality without figures, and why (a name of the texts ``fit.reason``)."""
    return Quality(None, FITNESS, None, PRECISION, 0, log.all_cases, (reason,))


def measure_fit(log: Courses, tree: TreeNode, budget: int = BUDGET) -> Quality:
    """Fitness and precision of a tree for a log, each within ``budget`` elementary steps.

    Fitness is the log fitness of Adriansyah, van Dongen and van der Aalst (2011): one minus the cheapest deviations
    over the cost of the worst case (skip the whole course, then run the model alone). Precision is ETConformance
    (Munoz-Gama and Carmona 2010) over the prefixes that the model can replay exactly, the empty one included, weighted
    by cases.
    """
    codes = {name: code for code, name in enumerate(log.activities)}
    root, _ = in_integers(tree, codes, 0)
    if root is None:
        return not_measured(log, "twice")
    fitness, aligned, long = _fitness(log, root, budget)
    purse = Purse(budget)
    precision, share = precision_of(log, TreeRuns(root, purse), purse)
    reasons = ["long_courses"] if long else []
    if aligned + long < log.all_cases:
        reasons.append("alignment_budget")
    return Quality(
        fitness=fitness,
        fitness_method=FITNESS,
        precision=precision,
        precision_method=PRECISION,
        on_cases=aligned,
        of_cases=log.all_cases,
        reasons=(*reasons, *of_precision(share)),
        precision_steps=share,
    )


def of_precision(share: float | None) -> tuple[str, ...]:
    """What precision lacks, by the share of steps it looks at."""
    return ("precision_budget",) if share is None else ("precision_replayable",) if share < 1 else ()


def with_net(fit: Quality, log: Courses, net: Net, budget: int = BUDGET) -> Quality:
    """The same with what the net itself says: fitness by token replay, generalisation and simplicity.

    Generalisation is left out where ``budget`` does not cover the whole log: it grows with every case.
    """
    replayed = tokens.replay(log, net, budget)
    whole = replayed.cases == log.all_cases
    return replace(
        fit,
        token_fitness=replayed.fitness,
        token_method=TOKENS,
        token_cases=replayed.cases,
        generalisation=structure.generalisation(replayed.visits) if whole else None,
        generalisation_method=GENERALISATION,
        simplicity=structure.simplicity(net),
        simplicity_method=SIMPLICITY,
        reasons=fit.reasons if whole else (*fit.reasons, "token_budget"),
    )


def _fitness(log: Courses, root: Node, budget: int) -> tuple[float | None, int, int]:
    """Fitness, the cases it rests on, and the cases left out for their length."""
    purse = Purse(budget)
    costs, machine = _Costs(purse), Machine(purse)
    cost = worst = cases = long = 0
    try:
        shortest = costs.of(root, ())
        for i in in_fair_order(log):
            course = tuple(log.codes[log.first[i] : log.first[i + 1]].tolist())
            weight = int(log.cases[i])
            if not machine.fits(root, course):  # a course that fits costs nothing, however long: no matrix needed
                if len(course) > LONGEST:
                    long += weight
                    continue
                cost += weight * costs.of(root, course)
            worst += weight * (len(course) + shortest)
            cases += weight
    except Spent:
        pass
    return (1 - cost / worst if worst else None), cases, long


def alignment_costs(log: Courses, tree: TreeNode) -> list[int]:
    """The cost of an optimal alignment of each course, in the order of the courses, without a bound."""
    root, _ = in_integers(tree, {name: code for code, name in enumerate(log.activities)}, 0)
    if root is None:
        raise ValueError("The tree names an activity twice.")
    costs = _Costs(Purse(1 << 62))
    return [costs.of(root, tuple(log.codes[a:b].tolist())) for a, b in zip(log.first, log.first[1:], strict=False)]


class _Costs:
    """Alignment costs of pieces of courses. A node's matrix M for a course of its own events has in M[i, j] the
    cheapest deviations of its events i to j from one run of the node; kept, because many courses share such pieces."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse
        self._kept: dict[tuple[int, Course], Matrix] = {}
        self._corners: dict[tuple[int, Course], int] = {}
        self._cells = 0

    def of(self, root: Node, course: Course) -> int:
        """The cost of a whole course, events the tree does not know included."""
        own = tuple(code for code in course if root.mask >> code & 1)
        return len(course) - len(own) + self._whole(root, own)

    def _whole(self, root: Node, own: Course) -> int:
        """The cost of one run of the tree for all these events: its matrix' corner, mostly without the matrix.

        A course gives each node one piece of it. Nodes are met before those below them and reckoned behind them; what
        was reckoned waits in ``found`` for the node above.
        """
        found: dict[int, Any] = {}
        met: list[tuple[Node, Course, bool, list[Part]]] = []
        todo = [(root, own, False)]
        while todo:
            node, own, inner = todo.pop()
            inner = inner or node.operator in (None, "loop")
            kept = (self._kept if inner else self._corners).get((node.number, own))
            if kept is not None:
                found[node.number] = kept
                continue
            inside = inner or node.operator == "sequence"
            parts = [_project(child, own) if inside else (_NOWHERE, _piece(child, own)) for child in node.children]
            met.append((node, own, inner, parts))
            todo.extend((child, piece, inside) for child, (_, piece) in zip(node.children, parts, strict=True))
        for node, own, inner, parts in reversed(met):
            below = [found.pop(child.number) for child in node.children]
            found[node.number] = (self._matrix if inner else self._corner)(node, own, parts, below)
        return _corner_of(found[root.number])

    def _corner(self, node: Node, own: Course, parts: Sequence[Part], below: Sequence[Any]) -> int:
        """The cost of one run of the node for all its events, from its children's costs, a sequence's from matrices."""
        self._purse.pay(_CALL + 60 * len(own) * len(node.children))
        if node.operator == "sequence":
            row = self._wide(own, parts[0], below[0])[0]
            for part, inner in zip(parts[1:], below[1:], strict=True):
                self._purse.pay(_CALL + 2 * (len(own) + 1) ** 2)
                row = (row[:, None] + self._wide(own, part, inner)).min(axis=0)
            cost = int(row[-1])
        else:
            costs = [_corner_of(each) + len(own) - len(piece) for each, (_, piece) in zip(below, parts, strict=True)]
            if node.operator == "xor":
                cost = min(costs)
            else:  # parallel: each event is foreign to all branches but its own
                cost = sum(costs) - len(own) * (len(costs) - 1)
        if len(self._corners) > _CORNERS_KEPT:
            self._corners.clear()
        self._corners[node.number, own] = cost
        return cost

    def _matrix(self, node: Node, own: Course, parts: Sequence[Part], below: Sequence[Matrix]) -> Matrix:
        self._purse.pay(_CALL + (len(own) + 1) ** 2)
        made = self._make(node, own, parts, below)
        if self._cells > _CELLS_KEPT:
            self._kept.clear()
            self._cells = 0
        self._cells += made.size
        self._kept[node.number, own] = made
        return made

    def _make(self, node: Node, own: Course, parts: Sequence[Part], below: Sequence[Matrix]) -> Matrix:
        if node.operator is None:
            span = _span(len(own))
            return span if node.activity is None else np.where(span == 0, 1, span - (span < _FAR)).astype(np.int32)
        if node.operator == "parallel":
            inner = [self._inner(own, part, matrix) for part, matrix in zip(parts, below, strict=True)]
            total = np.sum(inner, axis=0, dtype=np.int32)
            return np.where(_below(len(own)) > 0, _FAR, total).astype(np.int32)  # many times _FAR would wrap around
        wide = [self._wide(own, part, matrix) for part, matrix in zip(parts, below, strict=True)]
        if node.operator == "xor":
            return np.asarray(np.minimum.reduce(wide))
        if node.operator == "sequence":
            product = wide[0]
            for matrix in wide[1:]:
                product = self._product(product, matrix)
            return product
        if node.operator == "loop":
            again = self._product(np.asarray(np.minimum.reduce(wide[1:])), wide[0])
            np.fill_diagonal(again, 0)  # going round without an event is never cheaper than not going round
            for _ in range(len(own).bit_length()):
                again = self._product(again, again)
            return self._product(wide[0], again)
        raise ValueError(f"A process tree has no operator {node.operator!r}.")

    def _inner(self, own: Course, part: Part, matrix: Matrix) -> Matrix:
        """A child's matrix in the coordinates of its parent's events, foreign events free."""
        self._purse.pay(_CALL + 2 * (len(own) + 1) ** 2)
        return matrix.take(part[0], 0).take(part[0], 1)

    def _wide(self, own: Course, part: Part, matrix: Matrix) -> Matrix:
        """The same with every event that is not the child's own counted as a deviation."""
        self._purse.pay(_CALL + 4 * (len(own) + 1) ** 2)
        at, piece = part
        if len(piece) == len(own):  # no foreign event; far is far already
            return matrix
        foreign = np.arange(len(own) + 1, dtype=np.int32) - at
        wide = matrix.take(at, 0).take(at, 1)
        wide += foreign
        wide -= foreign[:, None]
        wide += _below(len(own))
        return np.minimum(wide, _FAR, out=wide)

    def _product(self, a: Matrix, b: Matrix) -> Matrix:
        """The cheapest cut: out[i, j] is the minimum over k of a[i, k] + b[k, j]."""
        size = len(a)
        self._purse.pay(_CALL + 2 * size**3)
        out = np.empty_like(a)
        if size <= 48:
            out[:] = (a[:, :, None] + b[None, :, :]).min(axis=1)
        else:  # a row at a time, or the cube would not fit in the cache
            for i in range(size):
                out[i] = (a[i, i:, None] + b[i:, :]).min(axis=0)
        return np.minimum(out, _FAR, out=out)


def _span(length: int) -> Matrix:
    steps = np.arange(length + 1, dtype=np.int32)
    return np.where(steps[None, :] >= steps[:, None], steps[None, :] - steps[:, None], _FAR).astype(np.int32)


@lru_cache(64)  # courses of a log are of few lengths
def _below(length: int) -> Matrix:
    """Far below the diagonal, nothing elsewhere: a piece cannot end before it begins."""
    below = np.tril(np.full((length + 1, length + 1), _FAR, np.int32), -1)
    below.setflags(write=False)
    return below


def _corner_of(found: Any) -> int:
    """The cost of a whole piece: a node's own, or its matrix' corner."""
    return found if isinstance(found, int) else int(found[0, -1])


def _project(child: Node, own: Course) -> Part:
    """The child's events among a course's, and how many of them lie before each place of the course."""
    mask, many = child.mask, 0
    at, piece = [0], []
    for code in own:
        if mask >> code & 1:
            piece.append(code)
            many += 1
        at.append(many)
    return np.array(at, np.int32), tuple(piece)


def _piece(child: Node, own: Course) -> Course:
    return tuple(code for code in own if child.mask >> code & 1)
