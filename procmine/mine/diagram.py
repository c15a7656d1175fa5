"""A BPMN diagram from a process tree: tasks, gateways and flows as plain values, and places for them.

One walk through the tree: every operator opens and closes with a gateway of its own, so that the diagram is as sound
as the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from procmine.mine.layout import Box, LayoutError, Link, lay_out
from procmine.model import TreeNode

Point = tuple[float, float]

KINDS = ("start", "end", "task", "exclusive", "parallel")
CHARACTERS = 22  # of a task's name in one line


@dataclass(frozen=True, slots=True)
class Element:
    """A node of the diagram: ``name`` is its id, ``kind`` one of KINDS, ``label`` a task's activity."""

    name: str
    kind: str
    label: str = ""

    @property
    def size(self) -> Point:
        """Width and height as drawn: a task is wide enough for its name in lines of CHARACTERS."""
        if self.kind != "task":
            return (36.0, 36.0) if self.kind in ("start", "end") else (50.0, 50.0)
        lines = -(-len(self.label) // CHARACTERS)
        longest = max((len(word) for word in self.label.split()), default=0)
        wide = max(min(len(self.label), CHARACTERS), min(longest, 2 * CHARACTERS))
        return max(100.0, 7.5 * wide + 24), max(60.0, 17.0 * min(lines, 6) + 26)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow between two elements."""

    name: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """Elements and flows in the order of the process, from the start event to the end event."""

    elements: tuple[Element, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Centres by element, and each flow's line."""

    centres: Mapping[str, Point]
    lines: Mapping[str, Sequence[Point]]


class _Walk:
    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.flows: dict[tuple[str, str], Flow] = {}
        self._numbers = count(1)

    def element(self, kind: str, label: str = "") -> str:
        name = kind if kind in ("start", "end") else f"{kind}_{next(self._numbers)}"
        self.elements.append(Element(name, kind, label))
        return name

    def flow(self, source: str, target: str) -> None:
        if (source, target) not in self.flows:  # two silent branches of one choice are one flow
            self.flows[source, target] = Flow(f"flow_{len(self.flows) + 1}", source, target)

    def attach(self, node: TreeNode, here: str) -> str:
        """Draw ``node`` behind ``here``; the element it ends in."""
        if node.operator is None:
            if node.activity is None:
                return here
            task = self.element("task", node.activity)
            self.flow(here, task)
            return task
        if node.operator == "sequence":
            for child in node.children:
                here = self.attach(child, here)
            return here
        if node.operator == "loop":
            return self._loop(node, here)
        if node.operator in ("xor", "parallel"):
            return self._block(node, here, "exclusive" if node.operator == "xor" else "parallel")
        raise ValueError(f"A process tree has no operator {node.operator!r}.")

    def _block(self, node: TreeNode, here: str, kind: str) -> str:
        split = self.element(kind)
        self.flow(here, split)
        ends = [self.attach(child, split) for child in node.children]
        join = self.element(kind)
        for end in ends:
            self.flow(end, join)
        return join

    def _loop(self, node: TreeNode, here: str) -> str:
        enter = self.element("exclusive")
        self.flow(here, enter)
        done = self.attach(node.children[0], enter)
        leave = self.element("exclusive")
        self.flow(done, leave)
        for redo in node.children[1:]:
            self.flow(self.attach(redo, leave), enter)
        return leave


def diagram(tree: TreeNode) -> Diagram:
    """The BPMN diagram of a process tree, with the same runs."""
    walk = _Walk()
    last = walk.attach(tree, walk.element("start"))
    end = walk.element("end")
    walk.flow(last, end)
    return Diagram(tuple(walk.elements), tuple(walk.flows.values()))


def draw(shown: Diagram, aspect: float = 0.0) -> Drawn:
    """Places and lines, left to right; ``aspect`` above 0 folds a long diagram into rows of about that shape.

    What the layout engine refuses (hundreds of crossing flows) is set in plain columns with straight lines: a file
    that opens and can be arranged by hand is worth more than none.
    """
    boxes = [Box(each.name, *each.size, round=each.kind != "task") for each in shown.elements]
    links = [Link(flow.source, flow.target, 1.0) for flow in shown.flows]
    try:
        found = lay_out(boxes, links, direction="leftright", aspect=aspect)
    except LayoutError:
        centres = columns(shown)
        return Drawn(centres, straight(shown, centres))
    lines = {flow.name: line for flow, line in zip(shown.flows, found.lines, strict=True)}
    return Drawn(found.centres, lines)


def columns(shown: Diagram) -> dict[str, Point]:
    """Centres in columns by the distance from the start: elements never overlap."""
    depth = {shown.elements[0].name: 0}
    outgoing: dict[str, list[str]] = {}
    for flow in shown.flows:
        outgoing.setdefault(flow.source, []).append(flow.target)
    todo = [shown.elements[0].name]
    for name in todo:
        for target in outgoing.get(name, ()):
            if target not in depth:
                depth[target] = depth[name] + 1
                todo.append(target)
    wide: dict[int, float] = {}
    for each in shown.elements:
        wide[depth[each.name]] = max(wide.get(depth[each.name], 0.0), each.size[0])
    left, at = {}, 0.0
    for column in sorted(wide):
        left[column] = at + wide[column] / 2
        at += wide[column] + 60
    centres, below = {}, dict.fromkeys(wide, 0.0)
    for each in shown.elements:
        column = depth[each.name]
        centres[each.name] = (left[column], below[column] + each.size[1] / 2)
        below[column] += each.size[1] + 40
    return centres


def straight(shown: Diagram, centres: Mapping[str, Point]) -> dict[str, Sequence[Point]]:
    """Each flow as one line between the borders that face each other."""
    sizes = {each.name: each.size for each in shown.elements}
    lines: dict[str, Sequence[Point]] = {}
    for flow in shown.flows:
        (x, y), (u, v) = centres[flow.source], centres[flow.target]
        side = 1 if u >= x else -1
        lines[flow.name] = ((x + side * sizes[flow.source][0] / 2, y), (u - side * sizes[flow.target][0] / 2, v))
    return lines
