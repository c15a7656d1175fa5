"""Where the parts of a norm are drawn: where its author put them, or, without a drawing, where our layout does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from procmine.deviations import Box, Frame, Norm, NormElement, Point
from procmine.mine.drawn.layout import Box as LayoutBox
from procmine.mine.drawn.layout import Link, lay_out
from procmine.report.maps import svg

MARGIN = 16.0
NAME_SIZE = 12.0


@dataclass(frozen=True, slots=True)
class Places:
    """Boxes by element, lines by flow, frames, and the size of the drawing."""

    boxes: dict[str, Box]
    lines: dict[str, tuple[Point, ...]]
    frames: tuple[Frame, ...]
    width: float
    height: float


def drawn_by_author(norm: Norm) -> bool:
    """Whether every node and flow has its place in the file."""
    drawn = all(each.box is not None and each.box[2] > 0 and each.box[3] > 0 for each in norm.elements)
    return drawn and all(len(flow.points) >= 2 and flow.points[0] != flow.points[1] for flow in norm.flows)


def places_of(norm: Norm, labels: Mapping[str, tuple[Point, ...]]) -> Places:
    """The author's places where every node and flow has one, else our own with room for the labels of flows, whose
    possible sizes are given. Raises LayoutError as ``lay_out``."""
    return _by_author(norm) if drawn_by_author(norm) else _by_us(norm, labels)


def _by_author(norm: Norm) -> Places:
    boxes = {each.id: each.box for each in norm.elements if each.box is not None}
    corners = [(x, y) for x, y, _, _ in (*boxes.values(), *(frame.box for frame in norm.frames))]
    ends = [(x + w, y + h) for x, y, w, h in (*boxes.values(), *(frame.box for frame in norm.frames))]
    points = [point for flow in norm.flows for point in flow.points]
    left, top = (min(p[k] for p in corners + points) - MARGIN for k in (0, 1))
    right, bottom = (max(p[k] for p in ends + points) + MARGIN for k in (0, 1))
    return Places(
        {name: (x - left, y - top, w, h) for name, (x, y, w, h) in boxes.items()},
        {flow.id: _corners([(x - left, y - top) for x, y in flow.points]) for flow in norm.flows},
        tuple(Frame(f.name, (f.box[0] - left, f.box[1] - top, *f.box[2:]), f.upright) for f in norm.frames),
        right - left,
        bottom - top,
    )


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Without repeats: two equal points have no direction."""
    return (points[0], *(q for p, q in pairwise(points) if p != q))


def size_of(element: NormElement) -> Point:
    """Width and height where the author gives none."""
    if element.kind in ("start", "end", "event", "boundary"):
        return 36.0, 36.0
    if element.kind in ("exclusive", "parallel", "inclusive", "events"):
        return 50.0, 50.0
    lines = svg.wrap(element.name, NAME_SIZE, 120, 150)
    widest = max(svg.text_width(line, NAME_SIZE) for line in lines)
    return max(110.0, round(widest + 24)), max(70.0, 16.0 * len(lines) + 44)


def _by_us(norm: Norm, labels: Mapping[str, tuple[Point, ...]]) -> Places:
    """Left to right. A sub-process is drawn open: its flows lead to its own start and end events, without a frame."""
    inner: dict[str, dict[str, list[str]]] = {}
    for each in norm.elements:
        inner.setdefault(each.inside, {}).setdefault(each.kind, []).append(each.id)
    opened = {each.id for each in norm.elements if each.kind == "subprocess"}

    def ends(name: str, kind: str) -> str:
        while name in opened:
            name = inner[name][kind][0]
        return name

    shown = [each for each in norm.elements if each.id not in opened]
    boxes = [LayoutBox(each.id, *size_of(each), round=each.kind not in ("task", "call", "collapsed")) for each in shown]
    links = [
        Link(ends(flow.source, "end"), ends(flow.target, "start"), 1.0, labels.get(flow.id, ())) for flow in norm.flows
    ]
    hosts = [Link(ends(each.host, "start"), each.id, 1.0) for each in shown if each.kind == "boundary"]
    found = lay_out(boxes, links + hosts, direction="leftright")
    sizes = {box.name: (box.width, box.height) for box in boxes}
    return Places(
        {
            name: (x - sizes[name][0] / 2 + MARGIN, y - sizes[name][1] / 2 + MARGIN, *sizes[name])
            for name, (x, y) in found.centres.items()
        },
        {
            flow.id: tuple((x + MARGIN, y + MARGIN) for x, y in line)
            for flow, line in zip(norm.flows, found.lines, strict=False)
        },
        (),
        found.width + 2 * MARGIN,
        found.height + 2 * MARGIN,
    )
