"""Petri nets in plain values: from a process tree, or from any net under names that do not depend on chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import count

from procmine.model import Net, Place, Transition, TreeNode


class _Builder:
    """Places and transitions in the order in which a walk through the tree meets them: p1, p2 …, t1, t2 …"""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.transitions: list[Transition] = []
        self.arcs: list[tuple[str, str]] = []
        self._place, self._transition = count(1), count(1)

    def place(self) -> str:
        name = f"p{next(self._place)}"
        self.places.append(Place(name))
        return name

    def fire(self, label: str | None, before: Sequence[str], after: Sequence[str]) -> None:
        name = f"t{next(self._transition)}"
        self.transitions.append(Transition(name, label))
        self.arcs.extend((place, name) for place in before)
        self.arcs.extend((name, place) for place in after)


def net_of_tree(tree: TreeNode) -> Net:
    """The sound workflow net of a process tree (Leemans, Fahland and van der Aalst 2013, the usual translation).

    A loop gets places of its own behind silent transitions, so that its redo part can never leak into a neighbouring
    choice.
    """
    builder = _Builder()
    start = builder.place()
    end = builder.place()
    _grow(builder, tree, start, end)
    return Net(tuple(builder.places), tuple(builder.transitions), tuple(builder.arcs), (start,), (end,))


def _grow(builder: _Builder, tree: TreeNode, start: str, end: str) -> None:
    """The tree's part of the net between two places. What is still to do lies on a stack: no tree is too deep."""
    todo: list[tuple[TreeNode, str, str] | tuple[None, list[str], list[str]]] = [(tree, start, end)]
    while todo:
        part = todo.pop()
        if part[0] is None:
            builder.fire(None, part[1], part[2])
            continue
        node, before, after = part
        if node.operator is None:
            builder.fire(node.activity, [before], [after])
        elif node.operator == "sequence":
            inner = [builder.place() for _ in node.children[1:]]
            todo.extend([*zip(node.children, [before, *inner], [*inner, after], strict=True)][::-1])
        elif node.operator == "xor":
            todo.extend((child, before, after) for child in reversed(node.children))
        elif node.operator == "parallel":
            opened = [builder.place() for _ in node.children]
            closed = [builder.place() for _ in node.children]
            builder.fire(None, [before], opened)
            todo.append((None, closed, [after]))
            todo.extend([*zip(node.children, opened, closed, strict=True)][::-1])
        elif node.operator == "loop":
            here, there = builder.place(), builder.place()
            builder.fire(None, [before], [here])
            todo.append((None, [there], [after]))
            todo.extend((redo, there, here) for redo in reversed(node.children[1:]))
            todo.append((node.children[0], here, there))
        else:
            raise ValueError(f"A process tree has no operator {node.operator!r}.")


def canonical(
    places: Sequence[str],
    transitions: Mapping[str, str | None],
    arcs: Sequence[tuple[str, str]],
    initial: Sequence[str],
    final: Sequence[str],
) -> Net:
    """The same net under names p1 …, t1 … that depend on its shape and labels only, whatever names and order came in.

    Each node's signature starts from its kind, label and marking and takes in its neighbours' until it covers the
    whole net (colour refinement); nodes are named in the order of their signatures.
    """
    into: dict[str, list[str]] = {name: [] for name in (*places, *transitions)}
    out: dict[str, list[str]] = {name: [] for name in (*places, *transitions)}
    for source, target in arcs:
        out[source].append(target)
        into[target].append(source)
    sign = {name: _digest("p", str(initial.count(name)), str(final.count(name))) for name in places}
    sign.update({name: _digest("t", "-" if label is None else "+" + label) for name, label in transitions.items()})
    different = len(set(sign.values()))
    while True:
        sign = {
            name: _digest(sign[name], *sorted(sign[n] for n in into[name]), "/", *sorted(sign[n] for n in out[name]))
            for name in sign
        }
        if len(set(sign.values())) == different:
            break
        different = len(set(sign.values()))
    renamed = {name: f"p{i}" for i, name in enumerate(sorted(places, key=lambda name: sign[name]), 1)}
    fired = sorted(transitions, key=lambda name: (transitions[name] is None, transitions[name] or "", sign[name]))
    renamed.update({name: f"t{i}" for i, name in enumerate(fired, 1)})
    return Net(
        places=tuple(Place(f"p{i}") for i in range(1, len(places) + 1)),
        transitions=tuple(Transition(renamed[name], transitions[name]) for name in fired),
        arcs=tuple(sorted((renamed[source], renamed[target]) for source, target in arcs)),
        initial=tuple(sorted(renamed[name] for name in initial)),
        final=tuple(sorted(renamed[name] for name in final)),
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
