"""Silent steps resolved to the visible ones next to them, for people: nobody can look up "t17" in a case file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from procmine.model import Net

EDGE = ""
"""In place of a step: the end of the case, or its beginning when looking back."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A place where the process may go on in several ways: the steps right before it, and for each way the steps that
    can come first on it. EDGE among them is the beginning or the end of the case."""

    after: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]


def next_visible(net: Net) -> dict[str, tuple[str, ...]]:
    """For each place and transition of a net the visible steps that can come next with only silent ones between, in the
    order of their names; EDGE where the case may be over.

    It follows the arcs: a step behind a join counts as next after each of the branches that are joined.
    """
    return _near(net, {arc: None for arc in net.arcs}, net.final)


def last_visible(net: Net) -> dict[str, tuple[str, ...]]:
    """The same looking back: the visible steps that can have come last; EDGE where the case may have just begun."""
    return _near(net, {(target, source): None for source, target in net.arcs}, net.initial)


def choices(net: Net) -> tuple[Choice, ...]:
    """The places of a net where people see a choice, in the order of the net: at least two ways that differ in what
    comes next."""
    ahead, back = next_visible(net), last_visible(net)
    labels = {transition.name: transition.label for transition in net.transitions}
    takers: dict[str, list[str]] = {place.name: [] for place in net.places}
    for source, target in net.arcs:
        if source in takers:
            takers[source].append(target)
    found: dict[Choice, None] = {}
    for place, ways in takers.items():
        firsts = [labels[way] for way in ways]
        options = {ahead[way] if first is None else (first,) for way, first in zip(ways, firsts, strict=True)}
        if len(options) > 1:
            found[Choice(back[place], tuple(sorted(options, key=lambda way: (EDGE in way, way))))] = None
    return tuple(found)


def _near(net: Net, arcs: Iterable[tuple[str, str]], last: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The labels that arcs lead to from each node, silent transitions passed through."""
    labels = {transition.name: transition.label for transition in net.transitions}
    follow: dict[str, list[str]] = {name: [] for name in (*(place.name for place in net.places), *labels)}
    for source, target in arcs:
        follow[source].append(target)
    edge = frozenset(last)
    return {name: _first(name, follow, labels, edge) for name in follow}


def _first(
    start: str, follow: Mapping[str, list[str]], labels: Mapping[str, str | None], edge: frozenset[str]
) -> tuple[str, ...]:
    found = {EDGE} if start in edge else set()
    seen, todo = {start}, [start]
    while todo:
        for name in follow[todo.pop()]:
            label = labels.get(name)
            if label is not None:
                found.add(label)
            elif name not in seen:
                seen.add(name)
                todo.append(name)
                if name in edge:
                    found.add(EDGE)
    return tuple(sorted(found))
