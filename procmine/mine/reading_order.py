"""The order in which a reader meets the boxes of a drawing: from its begin onward, few ways leading back up.

Layered drawings must turn some ways of a cycle round. Where any may be turned, the lightest are, and a process may begin
in the middle of its own map. Here every box the begin leads to is entered from a box before it; among such orders one
is sought in which little weight leads back.
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
        change += into[others[place]].get(name, 0.0) * -1 + into[name].get(others[place], 0.0)
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


def layers(order: Sequence[str], weights: Weights, widths: Mapping[str, float], widest: float) -> dict[str, int]:
    """A layer for each name of a reading order: below all that lead to it, no layer wider than ``widest`` by choice.

    First as high as may be, then each as near to its heavier side as the others let it; the last of the order alone.
    """
    above: dict[str, set[str]] = {name: set() for name in order}
    below: dict[str, set[str]] = {name: set() for name in order}
    pull = dict.fromkeys(order, 0.0)
    place = {name: k for k, name in enumerate(order)}
    for (source, target), weight in weights.items():
        if place[source] < place[target]:
            above[target].add(source)
            below[source].add(target)
            pull[source] += weight
            pull[target] -= weight
    layer: dict[str, int] = {}
    filled: dict[int, float] = {}
    for name in order:
        lowest = max((layer[other] + 1 for other in above[name]), default=0)
        while filled.get(lowest, 0.0) and filled[lowest] + widths[name] > widest:
            lowest += 1
        layer[name] = lowest
        filled[lowest] = filled.get(lowest, 0.0) + widths[name]
    for name in reversed(order[1:]):
        if pull[name] <= 0 or not below[name]:
            continue
        for found in range(min(layer[other] for other in below[name]) - 1, layer[name], -1):
            if filled.get(found, 0.0) + widths[name] <= widest:
                filled[layer[name]] -= widths[name]
                filled[found] = filled.get(found, 0.0) + widths[name]
                layer[name] = found
                break
    used = {found: k for k, found in enumerate(sorted(set(layer.values())))}
    return {name: used[found] for name, found in layer.items()}
