"""The heuristics miner's net from what is counted already: pm4py's miner, fed with steps and ways, never with courses.

All it asks of the courses themselves is how often one activity stands between two of another (a loop of two). Its
dependencies become a Petri net here: pm4py's own conversion takes seconds and drops redundant silent transitions by
the order in which they happen to lie in memory, not always all of them.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from procmine.mine.counts import Courses, ranked
from procmine.mine.net import canonical
from procmine.model import Net, Step, Way


def heuristics_net(found: Courses, steps: Sequence[Step], ways: Sequence[Way], noise: float) -> Net:
    """The net of a log's steps and ways; ``noise`` is the threshold for leaving out rare pairs before mining."""
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]  # pm4py prints its banner on stderr otherwise
    from pm4py.algo.discovery.heuristics.variants import classic

    mined = classic.apply_heu_dfg(
        {(way.source, way.target): way.count for way in ways},
        activities=[step.activity for step in steps],
        activities_occurrences={step.activity: step.events for step in steps},
        start_activities={step.activity: step.starts for step in steps if step.starts},
        end_activities={step.activity: step.ends for step in steps if step.ends},
        freq_triples=there_and_back(found),
        parameters={classic.Parameters.DFG_PRE_CLEANING_NOISE_THRESH: noise},
    )
    draft = _drafted(
        mined.nodes, {step.activity for step in steps if step.starts}, {step.activity for step in steps if step.ends}
    )
    _drop_redundant(draft)
    while _join_silent(draft, draft.into, draft.out) or _join_silent(draft, draft.out, draft.into):
        pass
    arcs = [(place, t) for t in draft.labels for place in draft.into[t]]
    arcs += [(t, place) for t in draft.labels for place in draft.out[t]]
    return canonical(sorted(draft.places), draft.labels, arcs, ["source"], ["sink"])


def there_and_back(found: Courses) -> dict[tuple[str, str, str], int]:
    """How often an activity was followed by another one and then again by itself."""
    codes, wide = found.codes, len(found.activities)
    middle = np.flatnonzero((codes[:-2] == codes[2:]) & (codes[:-2] != codes[1:-1])) + 1
    course = np.searchsorted(found.first, middle, side="right") - 1
    inside = (middle > found.first[course]) & (middle + 1 < found.first[course + 1])
    middle, course = middle[inside], course[inside]
    keys, rank = ranked(codes[middle - 1] * wide + codes[middle])
    times = np.bincount(rank, weights=found.cases[course], minlength=len(keys)).astype(np.int64)
    names = found.activities
    pairs = [(names[key // wide], names[key % wide]) for key in keys.tolist()]
    return {(a, b, a): many for (a, b), many in zip(pairs, times.tolist(), strict=True)}


@dataclass(slots=True)
class _Draft:
    """A net that still changes: for each transition its label, and the places that it takes from and gives to."""

    places: set[str] = field(default_factory=lambda: {"source", "sink"})
    labels: dict[str, str | None] = field(default_factory=dict)
    into: dict[str, list[str]] = field(default_factory=dict)
    out: dict[str, list[str]] = field(default_factory=dict)

    def place(self) -> str:
        """A new place."""
        name = f"p{len(self.places)}"
        self.places.add(name)
        return name

    def fire(self, label: str | None, into: list[str], out: list[str]) -> str:
        """A new transition."""
        name = f"t{len(self.labels)}"
        self.labels[name], self.into[name], self.out[name] = label, into, out
        return name


def _drafted(nodes: Any, starts: set[str], ends: set[str]) -> _Draft:
    """A transition an activity; silent ones say which of its predecessors are waited for together, and which of its
    successors begin together (the cliques of the miner's AND measure; all others are alternatives)."""
    draft = _Draft()
    after = {name: {other.node_name for other in node.output_connections} for name, node in nodes.items()}
    before: dict[str, set[str]] = {name: {a for a in after if name in after[a]} for name in after}
    step = {name: draft.fire(name, [], []) for name in sorted(after)}
    between: dict[tuple[str, str], str] = {}
    for name in step:
        if len(before[name]) + (name in starts) == 1:
            for a in before[name]:
                between[a, name] = draft.place()
            draft.into[step[name]] = ["source"] if name in starts else [between[a, name] for a in before[name]]
        elif before[name]:
            gate = draft.place()
            draft.into[step[name]] = [gate]
            between.update({(a, name): draft.place() for a in sorted(before[name])})
            for together in _together(nodes[name].and_measures_in, before[name]):
                draft.fire(None, [between[a, name] for a in together], [gate])
            if name in starts:
                draft.fire(None, ["source"], [gate])
    for name in step:
        if len(after[name]) + (name in ends) == 1:
            draft.out[step[name]] = ["sink"] if name in ends else [between[name, b] for b in after[name]]
        else:
            choice = draft.place()
            draft.out[step[name]] = [choice]
            for together in _together(nodes[name].and_measures_out, after[name]):
                draft.fire(None, [choice], [between[name, b] for b in together])
            if name in ends:
                draft.fire(None, [choice], ["sink"])
    return draft


def _together(measures: dict[str, dict[str, float]], among: set[str]) -> list[list[str]]:
    """The activities in groups of those that belong together; one that belongs to no other is a group."""
    import networkx

    graph: Any = networkx.Graph()
    graph.add_edges_from((a, b) for a, others in measures.items() for b in others)
    groups = [sorted(among.intersection(clique)) for clique in networkx.find_cliques(graph)]
    groups = sorted(group for group in groups if len(group) > 1)
    return [*groups, *([a] for a in sorted(among.difference(*groups)))]


def _drop_redundant(draft: _Draft) -> None:
    """Without silent transitions that take what another one takes and give only a part of what it gives."""
    alike: dict[frozenset[str], list[tuple[frozenset[str], str]]] = defaultdict(list)
    for name, label in draft.labels.items():
        if label is None:
            alike[frozenset(draft.into[name])].append((frozenset(draft.out[name]), name))
    for group in alike.values():
        for given, name in group:
            if any(given < more for more, _ in group):
                del draft.labels[name], draft.into[name], draft.out[name]


def _join_silent(draft: _Draft, near: dict[str, list[str]], far: dict[str, list[str]]) -> bool:
    """Whether a silent transition could become a part of the one transition before it (behind it, with ``near`` and
    ``far`` exchanged): where only one place lies between, which no other transition touches."""
    touching: dict[str, list[str]] = defaultdict(list)  # on the near side of each place
    beyond: dict[str, list[str]] = defaultdict(list)
    for name in draft.labels:
        for place in far[name]:
            beyond[place].append(name)
        for place in near[name]:
            touching[place].append(name)
    joined = False
    for name in [name for name, label in draft.labels.items() if label is None]:
        place = near[name][0]
        if len(near[name]) == 1 and len(beyond[place]) == 1 and touching[place] == [name]:
            host = beyond[place][0]
            for other in far[name]:
                beyond[other][beyond[other].index(name)] = host
            far[host] = [other for other in far[host] if other != place] + far[name]
            draft.places.remove(place)
            del draft.labels[name], near[name], far[name]
            joined = True
    return joined
