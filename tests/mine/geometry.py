"""What of a drawing overlaps, lies across, or crosses; an oracle that shares no code with any layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

Point = tuple[float, float]


class Shape(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float


class Line(NamedTuple):
    """A line from one shape to another, by their names."""

    source: str
    target: str
    points: Sequence[Point]


def overlapping(shapes: Mapping[str, Shape], apart: float = 0.0) -> list[tuple[str, str]]:
    """Pairs of shapes that share ground, or lie nearer to each other than ``apart``."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(shapes.items(), 2)
        if a.x < b.x + b.width + apart
        and b.x < a.x + a.width + apart
        and a.y < b.y + b.height + apart
        and b.y < a.y + a.height + apart
    ]


def lying_across(shapes: Mapping[str, Shape], lines: Sequence[Line], grace: float = 1.0) -> list[tuple[str, str, str]]:
    """Lines (by their ends) that run through a shape they do not belong to."""
    return [
        (line.source, line.target, name)
        for line in lines
        for name, shape in shapes.items()
        if name not in (line.source, line.target)
        and any(_through(p, q, shape, grace) for p, q in pairwise(line.points))
    ]


def crossings(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Pairs of lines of which an upright stretch crosses a level one; lines that only meet at their ends do not."""
    return [
        (one, other)
        for one, other in combinations(lines, 2)
        if any(_cross(a, b) or _cross(b, a) for a in pairwise(one.points) for b in pairwise(other.points))
    ]


def slanting(lines: Sequence[Line]) -> list[Line]:
    """Lines with a stretch that is neither level nor upright."""
    return [line for line in lines if any(p[0] != q[0] and p[1] != q[1] for p, q in pairwise(line.points))]


def touching(point: Point, shape: Shape, grace: float = 0.1) -> bool:
    """Whether a point lies on the border of a shape."""
    x, y = point[0] - shape.x, point[1] - shape.y
    within = -grace <= x <= shape.width + grace and -grace <= y <= shape.height + grace
    return within and min(abs(x), abs(x - shape.width), abs(y), abs(y - shape.height)) <= grace


def _through(p: Point, q: Point, shape: Shape, grace: float) -> bool:
    """Liang and Barsky 1984: whether any of the stretch lies within the shape, less ``grace`` on each side."""
    left, top = shape.x + grace, shape.y + grace
    right, bottom = shape.x + shape.width - grace, shape.y + shape.height - grace
    begin, end = 0.0, 1.0
    for toward, room in (
        (p[0] - q[0], p[0] - left),
        (q[0] - p[0], right - p[0]),
        (p[1] - q[1], p[1] - top),
        (q[1] - p[1], bottom - p[1]),
    ):
        if toward == 0:
            if room < 0:
                return False
        elif toward < 0:
            begin = max(begin, room / toward)
        else:
            end = min(end, room / toward)
    return begin < end


def _cross(upright: tuple[Point, Point], level: tuple[Point, Point]) -> bool:
    (x, y0), (x1, y1) = upright
    (u0, v), (u1, v1) = level
    if x != x1 or v != v1:
        return False
    return min(y0, y1) < v < max(y0, y1) and min(u0, u1) < x < max(u0, u1)
