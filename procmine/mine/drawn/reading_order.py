"""The order in which a reader meets the boxes of a drawing: from its begin onward, few ways leading back up.

A layered drawing must turn some way of every cycle round. Where only weight decides which, a process may begin in the
middle of its own map. Here every box the begin leads to is entered from a box before it; among such orders one is
sought in which little weight leads back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Weights = Mapping[tuple[str, str], float]
ROUNDS = 8


def reading_order(names: Sequence[str], weights: Weights, begin: str, end: str | None = None) -> tuple[str, ...]:
    """The names, ``begin`` first and ``end`` last; ``weights`` by source and target. The same input, the same order."""
    between = [name for name in names if name not in (begin, end)]
    into: dict[str, dict[str, float]] = {name: {} for name in names}
    for (source, target), weight in weights.items():
        if source not in (target, end) and target != begin:
            into[target][source] = weight
    order = _sifted([begin, *_walked(between, into, begin)], into)
    return (*order, end) if end is not None else tuple(order)


def _walked(between: Sequence[str], into: Mapping[str, Mapping[str, float]], begin: str) -> list[str]:
    """Again and again the box most of whose ways in come from those already met; where none does, the most frequent."""
    met, rest = [begin], list(between)
    while rest:
        seen = set(met)
        entered = {name: sum(w for source, w in into[name].items() if source in seen) for name in rest}
        total = {name: sum(into[name].values()) for name in rest}
        best = max(rest, key=lambda name: (entered[name] / (total[name] or 1.0), entered[name], total[name]))
        met.append(best)
        rest.remove(best)
    return met[1:]


def _sifted(order: list[str], into: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The order after each box has moved to where least weight leads back, as long as any move lessens it."""
    must = _with_entry(order, into)
    for _ in range(ROUNDS):
        moved = False
        for name in order[1:]:
            better = _better_place(order, name, into, must)
            if better is not None:
                order, moved = better, True
        if not moved:
            break
    return order


def _better_place(
    order: list[str], name: str, into: Mapping[str, Mapping[str, float]], must: set[str]
) -> list[str] | None:
    """The order with one box where least weight leads back and all are still entered; None where it stays."""
    here, others = order.index(name), [other for other in order if other != name]
    change, changes = 0.0, []
    for place in range(here - 1, 0, -1):  # up, past others[place]
        change += into[name].get(others[place], 0.0) - into[others[place]].get(name, 0.0)
        changes.append((change, here - place, place))
    change = 0.0
    for place in range(here, len(others)):  # down, past others[place]
        change += into[others[place]].get(name, 0.0) - into[name].get(others[place], 0.0)
        changes.append((change, place + 1 - here, place + 1))
    for _, _, place in sorted(found for found in changes if found[0] < 0):
        tried = [*others[:place], name, *others[place:]]
        if must <= _with_entry(tried, into):
            return tried
    return None


def _with_entry(order: Sequence[str], into: Mapping[str, Mapping[str, float]]) -> set[str]:
    """The boxes that a box before them leads to."""
    place = {name: k for k, name in enumerate(order)}
    return {name for name in order if any(place[source] < place[name] for source in into[name])}


def layers(
    order: Sequence[str], weights: Weights, widths: Mapping[str, float], widest: float, end: str | None = None
) -> dict[str, int]:
    """A layer for each name of a reading order: no two that a way joins in one, the first name and ``end`` alone.

    Each as high as may be where its layer stays no wider than ``widest``, then as near to its heavier side as it can.
    """
    place = {name: k for k, name in enumerate(order)}
    above: dict[str, set[str]] = {name: set() for name in order}
    below: dict[str, set[str]] = {name: set() for name in order}
    pull = dict.fromkeys(order, 0.0)
    for pair, weight in weights.items():
        upper, lower = sorted(pair, key=place.__getitem__)
        if upper != lower:
            above[lower].add(upper)
            below[upper].add(lower)
            pull[upper] += weight
            pull[lower] -= weight
    layer, filled = {order[0]: 0}, [widest]
    between = [name for name in order[1:] if name != end]
    for name in between:
        found = max((layer[other] + 1 for other in above[name]), default=1)
        while found < len(filled) and filled[found] + widths[name] > widest:
            found += 1
        layer[name] = found
        filled += [0.0] * (found + 1 - len(filled))
        filled[found] += widths[name]
    if end is not None:
        layer[end] = len(filled)
    for name in reversed(between):
        if pull[name] > 0 or not above[name]:  # what nothing leads to does not belong to the begin
            lowest = min((layer[other] for other in below[name]), default=len(filled)) - 1
            free = (k for k in range(lowest, layer[name], -1) if filled[k] + widths[name] <= widest)
            found = next(free, layer[name])
            filled[layer[name]] -= widths[name]
            filled[found] += widths[name]
            layer[name] = found
    used = {found: k for k, found in enumerate(sorted(set(layer.values())))}
    return {name: used[layer[name]] for name in order}
