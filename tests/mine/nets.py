"""Trees, nets and logs for the tests of this room: made by hand, drawn at random, or turned into pm4py's objects."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from typing import Any

from procmine.model import Net, Place, Transition, TreeNode

# The running example of the textbooks (metrics.md C.1), in letters: six cases, each with a course of its own.
RUNNING_EXAMPLE = {tuple(course): 1 for course in ("abdeh", "adceg", "acdefbdeg", "adbeh", "acdefdcefcdeh", "acdeg")}


def leaf(name: str | None) -> TreeNode:
    return TreeNode(None, name)


def node(operator: str, *children: TreeNode) -> TreeNode:
    return TreeNode(operator, None, children)


def random_tree(rng: random.Random, names: list[str], depth: int = 0, *, silent: bool = True) -> TreeNode:
    """A tree over these names, each used once, now and then with a silent leaf; without ``silent`` a tree whose net
    has no silent transition."""
    operators = ["sequence", "sequence", "xor", "parallel", "loop"] if silent else ["sequence", "xor"]
    if len(names) == 1 or depth > 4:
        head, *rest = names
        if rest:
            return node(operators[-2 if silent else 0], *(leaf(name) for name in names))
        return leaf(head) if not silent or rng.random() < 0.8 else node("xor", leaf(head), leaf(None))
    cut = rng.randint(1, len(names) - 1)
    parts = [random_tree(rng, part, depth + 1, silent=silent) for part in (names[:cut], names[cut:])]
    operator = rng.choice(operators)
    if operator == "loop" and rng.random() < 0.4:
        return node("loop", node("sequence", *parts), leaf(None))
    return node(operator, *parts)


def pm4py_net(net: Net) -> Any:
    """The same net as pm4py's objects."""
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    made = PetriNet("net")
    parts: dict[str, Any] = {place.name: PetriNet.Place(place.name) for place in net.places}
    made.places.update(parts.values())
    for transition in net.transitions:
        parts[transition.name] = PetriNet.Transition(transition.name, transition.label)
        made.transitions.add(parts[transition.name])
    for source, target in net.arcs:
        add_arc_from_to(parts[source], parts[target], made)
    return made, Marking({parts[name]: 1 for name in net.initial}), Marking({parts[name]: 1 for name in net.final})


def our_net(net: Any, initial: Any, final: Any) -> Net:
    """A net of pm4py in our words."""
    return Net(
        places=tuple(Place(name) for name in sorted(place.name for place in net.places)),
        transitions=tuple(Transition(t.name, t.label) for t in sorted(net.transitions, key=lambda t: t.name)),
        arcs=tuple(sorted((arc.source.name, arc.target.name) for arc in net.arcs)),
        initial=tuple(place.name for place in initial),
        final=tuple(place.name for place in final),
    )


def event_log(variants: Mapping[tuple[str, ...], int]) -> Any:
    """Every case as a trace of its own, in pm4py's terms."""
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]
    from pm4py.objects.log.obj import Event, EventLog, Trace

    return EventLog(
        [
            Trace([Event({"concept:name": name}) for name in course], attributes={"concept:name": f"{i}-{k}"})
            for i, (course, cases) in enumerate(variants.items())
            for k in range(cases)
        ]
    )


def inductive_tree(variants: Mapping[tuple[str, ...], int], noise: float) -> TreeNode:
    """The tree of the inductive miner (IM, or IMf with a noise threshold) for a table of variants with their cases."""
    import numpy as np

    from procmine.mine.counts import merge
    from procmine.mine.inductive import mine_tree

    names = sorted({name for course in variants for name in course})
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place[name] for course in variants for name in course], np.int64)
    first = np.cumsum([0, *(len(course) for course in variants)], dtype=np.int64)
    courses = merge(names, [(codes, first, np.array(list(variants.values()), np.int64))])
    return mine_tree(courses, noise).tree


def pm4py_cost(net: Net, course: tuple[str, ...]) -> int:
    """The optimal alignment cost by pm4py's Dijkstra: deviations cost 10,000 each, silent moves 1 or nothing."""
    from pm4py.algo.conformance.alignments.petri_net.variants import dijkstra_less_memory

    trace = event_log({course: 1})[0]
    return int(dijkstra_less_memory.apply(trace, *pm4py_net(net))["cost"]) // 10_000
