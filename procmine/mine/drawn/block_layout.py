"""Places for the blocks of a diagram: each in a rectangle of its own, so that nothing overlaps and no lines cross.

A block runs from left to right along its line. Branches lie below and above one another between their gateways, the
way back of a loop below its body, from right to left. Lines leave a gateway at its corners. A process longer than a
screen is broken into rows where that shows it larger. The same diagram gives the same places, in time linear in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from procmine.mine.drawn.diagram import Block, Diagram, Element, Loop, Point, Row, Single, Split
from procmine.model import walked

GAP = 36.0  # between two elements of a row, and between a gateway and its branches
APART = 22.0  # between two branches
LANE = 8.0  # half the room a line without elements takes
MARGIN = 20.0  # from the end of a row to the line that leads to the next
PAGE = (1600.0, 1000.0)  # what a reader has before the eyes at once; a larger drawing is seen smaller
MOST_ROWS = 12
GAIN = 1.3  # a strip is folded where it is then seen that many times as large


@dataclass(frozen=True, slots=True)
class Drawn:
    """Centres by element, and each flow's line from border to border."""

    centres: Mapping[str, Point]
    lines: Mapping[str, Sequence[Point]]


@dataclass(frozen=True, slots=True)
class _Sized:
    """A block with its room: its width, and how far it reaches above and below its line. ``lanes`` are the places of
    its branches or ways back, below its line (negative: above), in the order of ``parts``."""

    block: Block
    width: float
    above: float
    below: float
    parts: tuple[_Sized, ...] = ()
    lanes: tuple[float, ...] = ()


def draw(shown: Diagram) -> Drawn:
    """Places and lines, left to right, in rows where one would be too long."""
    pen = _Pen({(flow.source, flow.target): flow.name for flow in shown.flows})
    parts = _measured(shown.block).parts
    last: tuple[Element, Point] | None = None
    top = 0.0
    for row in _rows(parts):
        line = top + max(part.above for part in row)
        x = 0.0
        for part in row:
            first, point = _first(part.block), (x, line)
            if last is not None:
                source, left = last
                turn = (left[0] + MARGIN, point[0] - MARGIN)
                between = top - APART
                folded = [left, (turn[0], left[1]), (turn[0], between), (turn[1], between), (turn[1], line), point]
                pen.line(source, first, folded if x == 0.0 else [left, point])
            pen.place(part, x, line, 1)
            x += part.width
            last = (_last(part.block), (x, line))
            x += GAP
        top = line + max(part.below for part in row) + 2 * APART
    return pen.drawn()


def _rows(parts: Sequence[_Sized]) -> list[list[_Sized]]:
    """The parts in one row, or in as many as show them largest where that is worth a line back to the left."""
    length = sum(part.width + GAP for part in parts)
    tried = [_broken(parts, length / many) for many in range(1, min(len(parts), MOST_ROWS) + 1)]
    best = min(tried, key=_shrunk)
    return best if _shrunk(best) * GAIN <= _shrunk(tried[0]) else tried[0]


def _shrunk(rows: Sequence[Sequence[_Sized]]) -> float:
    """How many times a drawing of these rows is made smaller to be seen at once."""
    width = max(sum(part.width + GAP for part in row) for row in rows)
    height = sum(max(p.above for p in row) + max(p.below for p in row) + 2 * APART for row in rows)
    return max(1.0, width / PAGE[0], height / PAGE[1])


def _broken(parts: Sequence[_Sized], width: float) -> list[list[_Sized]]:
    """Rows of about this width; the start is never left alone, nor is the end."""
    rows: list[list[_Sized]] = [[]]
    filled = 0.0
    for number, part in enumerate(parts):
        if filled + part.width / 2 > width and 1 < number < len(parts) - 1:
            rows.append([])
            filled = 0.0
        rows[-1].append(part)
        filled += part.width + GAP
    return rows


def _measured(whole: Block) -> _Sized:
    made: list[_Sized] = []  # from the back every block comes behind those within it: none lies too deep
    for block in reversed(walked(whole)):
        made.append(_sized(block, tuple([made.pop() for _ in block.children])))
    return made[0]


def _sized(block: Block, parts: tuple[_Sized, ...]) -> _Sized:
    if isinstance(block, Single):
        width, height = block.element.size
        return _Sized(block, width, height / 2, height / 2)
    if isinstance(block, Row):
        if not parts:
            return _Sized(block, 0.0, LANE, LANE)
        width = sum(part.width for part in parts) + GAP * (len(parts) - 1)
        return _Sized(block, width, max(part.above for part in parts), max(part.below for part in parts), parts)
    gates = block.opens.size[0] + block.closes.size[0] + 2 * GAP
    half = block.opens.size[1] / 2
    parts, lanes = _branches(parts) if isinstance(block, Split) else (parts, _ways_back(block, parts))
    return _Sized(
        block,
        gates + max(part.width for part in parts),
        max(half, *(part.above - lane for part, lane in zip(parts, lanes, strict=True))),
        max(half, *(part.below + lane for part, lane in zip(parts, lanes, strict=True))),
        parts,
        lanes,
    )


def _branches(sized: Sequence[_Sized]) -> tuple[tuple[_Sized, ...], tuple[float, ...]]:
    """The branches from top to bottom with their lanes: the middle one on the line, a way without elements below it."""
    parts = [part for part in sized if part.width]
    main = max(0, (len(parts) - 1) // 2)
    if silent := [part for part in sized if not part.width]:
        parts.insert(min(main + 1, len(parts)), silent[0])  # several of them are one flow
    lanes = [0.0]
    for upper, lower in pairwise(parts[main:]):
        lanes.append(lanes[-1] + upper.below + APART + lower.above)
    for lower, upper in pairwise(reversed(parts[: main + 1])):
        lanes.insert(0, lanes[0] - lower.above - APART - upper.below)
    return tuple(parts), tuple(lanes)


def _ways_back(block: Loop, parts: Sequence[_Sized]) -> tuple[float, ...]:
    """The lanes: the body's on the line, those of the ways back below it."""
    lanes = [0.0]
    for upper, lower in pairwise(parts):
        lanes.append(lanes[-1] + max(upper.below, block.opens.size[1] / 2) + APART + lower.above)
    return tuple(lanes)


def _first(block: Block) -> Element:
    if isinstance(block, Row):
        return _first(block.parts[0])
    return block.element if isinstance(block, Single) else block.opens


def _last(block: Block) -> Element:
    if isinstance(block, Row):
        return _last(block.parts[-1])
    return block.element if isinstance(block, Single) else block.closes


class _Pen:
    """Puts blocks down. ``side`` is 1 where a block runs to the right, -1 where it runs to the left."""

    def __init__(self, flows: Mapping[tuple[str, str], str]) -> None:
        self._flows = flows
        self._centres: dict[str, Point] = {}
        self._lines: dict[str, tuple[Point, ...]] = {}
        self._todo: list[tuple[_Sized, float, float, int]] = []  # blocks that have a place and are not drawn yet

    def drawn(self) -> Drawn:
        """What was put down, moved to begin at the top left."""
        left = min([0.0, *(x for line in self._lines.values() for x, _ in line)])
        return Drawn(
            {name: (round(x - left, 2), round(y, 2)) for name, (x, y) in self._centres.items()},
            {name: tuple((round(x - left, 2), round(y, 2)) for x, y in line) for name, line in self._lines.items()},
        )

    def line(self, source: Element, target: Element, points: Sequence[Point]) -> None:
        """The line of a flow."""
        self._lines[self._flows[source.name, target.name]] = tuple(points)

    def place(self, sized: _Sized, x: float, y: float, side: int) -> None:
        """Put a block down whose line begins at ``x``, ``y``, and all within it."""
        self._todo.append((sized, x, y, side))
        while self._todo:
            self._put(*self._todo.pop())

    def _put(self, sized: _Sized, x: float, y: float, side: int) -> None:
        block = sized.block
        if isinstance(block, Single):
            self._centres[block.element.name] = (x + side * sized.width / 2, y)
        elif isinstance(block, Row):
            self._row(sized.parts, x, y, side)
        else:
            self._gates(block, x, y, x + side * sized.width, side)
            if isinstance(block, Split):
                self._split(block, sized, y, side)
            else:
                self._loop(block, sized, y, side)

    def _row(self, parts: Sequence[_Sized], x: float, y: float, side: int) -> None:
        for number, part in enumerate(parts):
            self._todo.append((part, x, y, side))
            x += side * part.width
            if number + 1 < len(parts):
                following = parts[number + 1].block
                self.line(_last(part.block), _first(following), [(x, y), (x + side * GAP, y)])
            x += side * GAP

    def _gates(self, block: Split | Loop, x: float, y: float, end: float, side: int) -> None:
        self._centres[block.opens.name] = (x + side * block.opens.size[0] / 2, y)
        self._centres[block.closes.name] = (end - side * block.closes.size[0] / 2, y)

    def _split(self, block: Split, sized: _Sized, y: float, side: int) -> None:
        for part, lane in zip(sized.parts, sized.lanes, strict=True):
            self._way(block.opens, block.closes, part, y + lane, side)

    def _loop(self, block: Loop, sized: _Sized, y: float, side: int) -> None:
        body, *back = sized.parts
        self._way(block.opens, block.closes, body, y, side)
        for part, lane in zip(back, sized.lanes[1:], strict=True):
            self._way(block.closes, block.opens, part, y + lane, -side)

    def _way(self, opens: Element, closes: Element, part: _Sized, y: float, side: int) -> None:
        """A branch between two gateways on its own lane, in the middle of the room between them."""
        (x0, line), (x1, _) = self._centres[opens.name], self._centres[closes.name]
        away, into = _corner(opens, x0, line, y, side), _corner(closes, x1, line, y, -side)
        if not part.width:
            self.line(opens, closes, _cornered([away, (x0, y), (x1, y), into], y == line))
            return
        begin = (x0 + x1) / 2 - side * part.width / 2
        end = begin + side * part.width
        self._todo.append((part, begin, y, side))
        self.line(opens, _first(part.block), _cornered([away, (x0, y), (begin, y)], y == line))
        self.line(_last(part.block), closes, _cornered([(end, y), (x1, y), into], y == line))


def _corner(gate: Element, x: float, line: float, y: float, side: int) -> Point:
    """The corner of a gateway a lane is reached from: that on its line, above it or below it."""
    if y == line:
        return x + side * gate.size[0] / 2, line
    return x, line + (gate.size[1] / 2 if y > line else -gate.size[1] / 2)


def _cornered(points: Sequence[Point], straight: bool) -> Sequence[Point]:
    """The line, without the turns it does not take."""
    return [points[0], points[-1]] if straight else points
