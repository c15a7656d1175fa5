"""How simple a net is, and how far what was seen carries: figures of its shape and of how often its parts are used."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from procmine.model import Net

_PLAIN_DEGREE = 2  # the mean number of arcs a node has in a plain chain that is closed to a ring


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
