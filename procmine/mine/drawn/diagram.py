"""A BPMN diagram from a process tree: tasks, gateways and flows as plain values, and the blocks they form.

One walk through the tree: every operator opens and closes with a gateway of its own, so that the diagram is as sound
as the tree, and its blocks lie within one another like the tree's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count

from procmine.model import TreeNode

Point = tuple[float, float]
Step = Callable[[], None]

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

    @property
    def children(self) -> tuple[Block, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Row:
    """Blocks one after the other, none of them a row; without any nothing but a flow."""

    parts: tuple[Block, ...]

    @property
    def children(self) -> tuple[Block, ...]:
        """The parts."""
        return self.parts


@dataclass(frozen=True, slots=True)
class Split:
    """Branches between two gateways."""

    opens: Element
    closes: Element
    branches: tuple[Block, ...]

    @property
    def children(self) -> tuple[Block, ...]:
        """The branches."""
        return self.branches


@dataclass(frozen=True, slots=True)
class Loop:
    """A body that runs from ``opens`` to ``closes``, and ways from there back to the front."""

    opens: Element
    closes: Element
    body: Block
    back: tuple[Block, ...]

    @property
    def children(self) -> tuple[Block, ...]:
        """The body and the ways back."""
        return (self.body, *self.back)


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
        self._here: Element
        self._blocks: list[Block] = []
        self._todo: list[Step] = []

    def element(self, kind: str, label: str = "") -> Element:
        name = kind if kind in ("start", "end") else f"{kind}_{next(self._numbers)}"
        self.elements.append(Element(name, kind, label))
        return self.elements[-1]

    def flow(self, source: Element, target: Element) -> None:
        ends = (source.name, target.name)
        if ends not in self.flows:  # two silent branches of one choice are one flow
            self.flows[ends] = Flow(f"flow_{len(self.flows) + 1}", *ends)

    def walk(self, tree: TreeNode, start: Element) -> tuple[Element, Block]:
        """Draw a tree behind ``start``; the element it ends in, and its block."""
        self._here = start
        self._then(partial(self._attach, tree))
        while self._todo:
            self._todo.pop()()
        return self._here, self._blocks.pop()

    def _then(self, *steps: Step) -> None:
        """What comes next. Steps lie on a list instead of calling each other: no tree is too deep."""
        self._todo.extend(reversed(steps))

    def _taken(self, many: int) -> tuple[Block, ...]:
        """The blocks drawn last."""
        first = len(self._blocks) - many
        found = tuple(self._blocks[first:])
        del self._blocks[first:]
        return found

    def _attach(self, node: TreeNode) -> None:
        """Draw ``node`` behind what was drawn last."""
        if node.operator is None:
            self._leaf(node.activity)
        elif node.operator == "sequence":
            close = partial(self._row, len(node.children))
            self._then(*(partial(self._attach, child) for child in node.children), close)
        elif node.operator == "loop":
            self._loop(node)
        elif node.operator in GATEWAYS:
            self._split(node, GATEWAYS[node.operator])
        else:
            raise ValueError(f"A process tree has no operator {node.operator!r}.")

    def _leaf(self, activity: str | None) -> None:
        if activity is None:
            self._blocks.append(Row(()))
            return
        task = self.element("task", activity)
        self._go(task)
        self._blocks.append(Single(task))

    def _row(self, many: int) -> None:
        self._blocks.append(row(self._taken(many)))

    def _go(self, there: Element) -> None:
        self.flow(self._here, there)
        self._here = there

    def _split(self, node: TreeNode, kind: str) -> None:
        opens = self.element(kind)
        self._go(opens)
        ends: list[Element] = []

        def end_branch() -> None:
            ends.append(self._here)
            self._here = opens

        def close() -> None:
            closes = self.element(kind)
            for end in ends:
                self.flow(end, closes)
            self._here = closes
            self._blocks.append(Split(opens, closes, self._taken(len(ends))))

        steps: list[Step] = []
        for child in node.children:
            steps += [partial(self._attach, child), end_branch]
        self._then(*steps, close)

    def _loop(self, node: TreeNode) -> None:
        opens = self.element("exclusive")
        self._go(opens)

        def turn() -> None:
            closes = self.element("exclusive")
            self._go(closes)

            def go_back() -> None:
                self.flow(self._here, opens)
                self._here = closes

            def close() -> None:
                body, *back = self._taken(len(node.children))
                self._blocks.append(Loop(opens, closes, body, tuple(back)))

            steps: list[Step] = []
            for child in node.children[1:]:
                steps += [partial(self._attach, child), go_back]
            self._then(*steps, close)

        self._then(partial(self._attach, node.children[0]), turn)


def row(parts: Iterable[Block]) -> Row:
    """Blocks in a row, those of rows among them too: no part of a row is a row."""
    return Row(tuple(inner for part in parts for inner in (part.parts if isinstance(part, Row) else (part,))))


def diagram(tree: TreeNode) -> Diagram:
    """The BPMN diagram of a process tree, with the same runs."""
    walk = _Walk()
    start = walk.element("start")
    last, block = walk.walk(tree, start)
    end = walk.element("end")
    walk.flow(last, end)
    return Diagram(tuple(walk.elements), tuple(walk.flows.values()), row((Single(start), block, Single(end))))
