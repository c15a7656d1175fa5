"""POWL models (partially ordered workflow language; Kourani and van Zelst 2023) by pm4py's miner, fed with variants.

Of pm4py's four variants this is the one that clusters dynamically: the default ("maximal") gave process trees only on
the public logs and took 19 s where this one took 3, the brute-force one had not ended after 100 s on the smallest of
them. It counts each course as often as cases took it, and gave the same model under every hash seed and order of the
courses. Its partial orders are what no tree can say: a before c, b before d, a before d, and no more.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from procmine.mine.counts import Courses
from procmine.mine.fit.fairness import in_fair_order
from procmine.mine.net import canonical, net_of_tree
from procmine.model import Net, TreeNode

# What the miner is given at most: it looks at each pair of steps of a course and at each triple of activities, again
# and again. Measured: 4.6 million pairs of 24 activities 3 s; 112 activities of 20 courses about 10 s.
MOST_PAIRS = 10_000_000
MOST_ACTIVITIES = 80


def affordable(found: Courses) -> list[int]:
    """The numbers of the courses that the miner is given, in a fair order: all, unless that is too many."""
    order = np.array(in_fair_order(found), np.int64)
    length = np.diff(found.first)
    turn = np.empty(len(found), np.int64)
    turn[order] = np.arange(len(found))
    seen = np.full(len(found.activities), len(found), np.int64)
    np.minimum.at(seen, found.codes, np.repeat(turn, length))
    wide = np.cumsum(np.bincount(seen, minlength=len(found) + 1)[: len(found)])
    pairs = np.cumsum(length[order] * length[order] // 2)
    fits = (pairs <= MOST_PAIRS) & (wide <= MOST_ACTIVITIES)
    given: list[int] = order[: len(found) if fits.all() else int(np.argmin(fits))].tolist()
    return given


def powl(found: Courses, chosen: Sequence[int], noise: float) -> tuple[TreeNode | None, Net]:
    """The model of the chosen courses as a net, and as a tree where its orders are those of one.

    ``noise``: where a part of the log shows no structure, its courses are left out from the first one on that has at
    most this share of the cases of the one before it.
    """
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]  # pm4py prints its banner on stderr otherwise
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.powl.inductive.utils.filtering import FILTERING_THRESHOLD
    from pm4py.algo.discovery.powl.inductive.variants.im_dynamic_clustering_frequencies import (
        POWLInductiveMinerDynamicClusteringFrequency,
    )
    from pm4py.objects.conversion.powl.variants import to_petri_net

    settings = {FILTERING_THRESHOLD: float(noise)}
    variants = Counter({found.names(i): int(found.cases[i]) for i in chosen})
    mined = POWLInductiveMinerDynamicClusteringFrequency(settings).apply(IMDataStructureUVCL(variants), settings)
    mined = mined.simplify()
    tree = _tree(mined)
    if tree is not None:
        return tree, net_of_tree(tree)
    net, initial, final = to_petri_net.apply(mined)
    names = {node: f"n{number}" for number, node in enumerate([*net.places, *net.transitions])}
    return None, canonical(
        [names[place] for place in net.places],
        {names[transition]: transition.label for transition in net.transitions},
        [(names[arc.source], names[arc.target]) for arc in net.arcs],
        [names[place] for place in initial],
        [names[place] for place in final],
    )


def _tree(model: Any) -> TreeNode | None:
    """The process tree with the same runs, None if there is none."""
    children = [_tree(child) for child in model.children or ()]
    if not children:
        return TreeNode(None, model.label)
    if model.operator is not None and model.operator.name in ("XOR", "LOOP"):
        known = [child for child in children if child is not None]
        return TreeNode(model.operator.name.lower(), None, tuple(known)) if len(known) == len(children) else None

    def before(a: int, b: int) -> bool:
        return bool(model.order.is_edge_id(a, b))

    return of_order(children, list(range(len(children))), before)


def of_order(parts: Sequence[TreeNode | None], which: list[int], before: Callable[[int, int], bool]) -> TreeNode | None:
    """The tree of a transitive order of parts: parallel where they fall into groups with no order between them, a
    sequence where all of one group come before all of the next, again and again; None where neither is so
    (Valdes, Tarjan and Lawler 1979: such an order contains an N)."""
    if len(which) == 1:
        return parts[which[0]]
    apart = _groups(which, lambda a, b: before(a, b) or before(b, a))
    if len(apart) > 1:
        operator, groups = "parallel", apart
    else:
        groups = _groups(which, lambda a, b: not (before(a, b) or before(b, a)))
        if len(groups) == 1:
            return None
        operator = "sequence"
        groups.sort(key=lambda group: sum(before(other, group[0]) for other in which))
    children = [of_order(parts, group, before) for group in groups]
    known = [child for child in children if child is not None]
    return TreeNode(operator, None, tuple(known)) if len(known) == len(children) else None


def _groups(which: Sequence[int], joined: Callable[[int, int], bool]) -> list[list[int]]:
    """The connected groups, in the order of their first members."""
    left, groups = list(which), []
    while left:
        group = [left.pop(0)]
        for member in group:
            near = [other for other in left if joined(member, other)]
            group += near
            left = [other for other in left if other not in near]
        groups.append(sorted(group))
    return groups
