"""How simple a net is, and how far what was seen carries: figures of its shape and of how often its parts are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from procmine.mine.blocks import Purse, Spent
from procmine.mine.markings import Firing
from procmine.model import Net

_PLAIN_DEGREE = 2  # the mean number of arcs a node has in a plain chain that is closed to a ring
_MARKING = 5_000  # elementary steps for a marking or a firing that is looked at


def simplicity(net: Net) -> float | None:
    """1 / (1 + max(mean arcs of a node - 2, 0)): the inverse arc degree, as in pm4py (Vázquez-Barreiros, Mucientes and
    Lama 2015). None for a net without nodes."""
    nodes = len(net.places) + len(net.transitions)
    if not nodes:
        return None
    return 1 / (1 + max(2 * len(net.arcs) / nodes - _PLAIN_DEGREE, 0))


def generalisation(visits: Sequence[int]) -> float | None:
    """1 - the mean of 1/sqrt(visits) over the transitions, 1 for one that no case visits (Buijs, van Dongen and van der
    Aalst 2014, on transitions as in pm4py). None for a net without transitions."""
    if not visits:
        return None
    return 1 - sum(1 / sqrt(many) if many else 1 for many in visits) / len(visits)


def cardoso(net: Net) -> int:
    """The extended Cardoso metric (Lassen and van der Aalst 2009): for each place the different sets of places that its
    transitions lead to, summed up."""
    after: dict[str, set[str]] = {transition.name: set() for transition in net.transitions}
    takers: dict[str, list[str]] = {place.name: [] for place in net.places}
    for source, target in net.arcs:
        if source in after:
            after[source].add(target)
        else:
            takers[source].append(target)
    return sum(len({frozenset(after[t]) for t in ways}) for ways in takers.values())


def cyclomatic(net: Net, budget: int) -> int | None:
    """The extended cyclomatic metric (Lassen and van der Aalst 2009): edges - nodes + strongly connected parts of the
    graph of all markings. None where that graph is more work than ``budget`` elementary steps."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    game, purse = Firing(net), Purse(budget)
    number = {game.initial: 0}
    todo = [game.initial]
    edges: Counter[tuple[int, int]] = Counter()
    try:
        while todo:
            here = todo.pop()
            for t in game.enabled(here):
                purse.pay(_MARKING + len(here))
                after = game.fire(here, t)
                if after not in number:
                    number[after] = len(number)
                    todo.append(after)
                edges[number[here], number[after]] += 1
    except Spent:
        return None
    pairs = np.array(sorted(edges), dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(number), len(number)))
    parts, _ = connected_components(graph, directed=True, connection="strong")
    return len(pairs) - len(number) + int(parts)
