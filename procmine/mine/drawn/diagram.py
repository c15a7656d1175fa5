"""A BPMN diagram from a process tree: tasks, gateways and flows as plain values, and the blocks they form.

One walk through the tree: every operator opens and closes with a gateway of its own, so that the diagram is as sound
as the tree, and its blocks lie within one another like the tree's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from procmine.model import TreeNode

Point = tuple[float, float]

KINDS = ("start", "end", "task", "exclusive", "parallel", "inclusive")
GATEWAYS = {"xor": "exclusive", "parallel": "parallel", "or": "inclusive"}
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
class Single:
    """A block of one element."""

    element: Element


@dataclass(frozen=True, slots=True)
class Row:
    """Blocks one after the other; none of them: nothing but a flow."""

    parts: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Branches between two gateways."""

    opens: Element
    closes: Element
    branches: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A body that runs from ``opens`` to ``closes``, and ways from there back to the front."""

    opens: Element
    closes: Element
    body: Block
    back: tuple[Block, ...]


Block = Single | Row | Split | Loop


@dataclass(frozen=True, slots=True)
class Diagram:
    """Elements and flows in the order of the process, from the start event to the end event, and their blocks."""

    elements: tuple[Element, ...]
    flows: tuple[Flow, ...]
    block: Row


class _Walk:
    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.flows: dict[tuple[str, str], Flow] = {}
        self._numbers = count(1)

    def element(self, kind: str, label: str = "") -> Element:
        name = kind if kind in ("start", "end") else f"{kind}_{next(self._numbers)}"
        self.elements.append(Element(name, kind, label))
        return self.elements[-1]

    def flow(self, source: Element, target: Element) -> None:
        ends = (source.name, target.name)
        if ends not in self.flows:  # two silent branches of one choice are one flow
            self.flows[ends] = Flow(f"flow_{len(self.flows) + 1}", *ends)

    def attach(self, node: TreeNode, here: Element) -> tuple[Element, Block]:
        """Draw ``node`` behind ``here``; the element it ends in, and its block."""
        if node.operator is None:
            if node.activity is None:
                return here, Row(())
            task = self.element("task", node.activity)
            self.flow(here, task)
            return task, Single(task)
        if node.operator == "sequence":
            parts = []
            for child in node.children:
                here, part = self.attach(child, here)
                parts.append(part)
            return here, Row(tuple(parts))
        if node.operator == "loop":
            return self._loop(node, here)
        if node.operator in GATEWAYS:
            return self._split(node, here, GATEWAYS[node.operator])
        raise ValueError(f"A process tree has no operator {node.operator!r}.")

    def _split(self, node: TreeNode, here: Element, kind: str) -> tuple[Element, Block]:
        opens = self.element(kind)
        self.flow(here, opens)
        drawn = [self.attach(child, opens) for child in node.children]
        closes = self.element(kind)
        for end, _ in drawn:
            self.flow(end, closes)
        return closes, Split(opens, closes, tuple(block for _, block in drawn))

    def _loop(self, node: TreeNode, here: Element) -> tuple[Element, Block]:
        opens = self.element("exclusive")
        self.flow(here, opens)
        done, body = self.attach(node.children[0], opens)
        closes = self.element("exclusive")
        self.flow(done, closes)
        back = []
        for child in node.children[1:]:
            end, block = self.attach(child, closes)
            self.flow(end, opens)
            back.append(block)
        return closes, Loop(opens, closes, body, tuple(back))


def diagram(tree: TreeNode) -> Diagram:
    """The BPMN diagram of a process tree, with the same runs."""
    walk = _Walk()
    start = walk.element("start")
    last, block = walk.attach(tree, start)
    end = walk.element("end")
    walk.flow(last, end)
    return Diagram(tuple(walk.elements), tuple(walk.flows.values()), Row((Single(start), block, Single(end))))
