"""Lay a graph out: boxes and links in, places, polylines and label places out; the only module that knows graphlay.

graphlay places the boxes and routes the links. Its own layers let a process begin in the middle (it breaks cycles where
that costs least, or by a plain walk), so where a begin is named the layers come from reading_order. Its labels drift
away from their lines in dense maps and cover the box at self-loops, so they are placed in label_places. Where labels
still cover a box or each other, the graph is laid out again with more room. Boxes that belong in lanes are placed by
lanes, and graphlay routes the lines over them. The same input gives the same layout to the
last digit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from procmine.errors import ProcmineError
from procmine.mine.drawn.label_places import Point, Rect, Wish, crowded, place_labels
from procmine.mine.drawn.lanes import Band, Grid, Lanes, place_in_lanes
from procmine.mine.drawn.reading_order import layers, reading_order

# Gaps between layers and between boxes: compact first, more room where labels need it.
ROOM = ((27.0, 20.0), (34.0, 22.0), (44.0, 28.0), (58.0, 40.0), (80.0, 54.0))
PAGE, TALL = 1100.0, 760.0  # the frame a drawing is fitted into; a larger one is shrunk and its text with it
FILLED = (1.0, 0.75, 0.6, 0.45)  # how much of the page's width the boxes of a layer may take: lines need the rest
CROWD = 0.8  # a drawing whose labels all lie on something reads like one that is so much larger
LOOP = 24.0  # how far a loop stands out of its box
Rank = tuple[int, float, float]
MANY = 80  # lines beyond which a reader is lost anyway and time counts for more than a label's place


class LayoutError(ProcmineError):
    """The layout engine could not draw this graph."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node to place; ``round`` for circles such as start and end."""

    name: str
    width: float
    height: float
    round: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A line to draw from box to box; ``pull`` above 1 draws it straighter than its weight would.

    ``labels`` are the sizes (width, height) its label may take, the preferred form first; none, no label.
    """

    source: str
    target: str
    weight: float
    labels: tuple[Point, ...] = ()
    pull: float = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies. ``centres`` by box name; ``lines`` and ``labels`` in the order of the links, a label as
    the number of its form and its centre.

    ``covered`` counts labels that cover a box or another label, ``pierced`` lines that run through a box: 0 unless
    there was no room at all. ``crowded`` counts labels that lie on an arrow's head or on a line not their own.
    ``bands`` are the lanes from left to right.
    """

    width: float
    height: float
    centres: dict[str, Point]
    lines: tuple[tuple[Point, ...], ...]
    labels: tuple[tuple[int, Point] | None, ...]
    covered: int
    pierced: int = 0
    crowded: int = 0
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class _Graph:
    """What is to be laid out, and how: as ``lay_out`` is asked for it."""

    boxes: Sequence[Box]
    links: Sequence[Link]
    direction: str
    aspect: float
    lanes: Lanes | None


class _Routed(NamedTuple):
    """A graph placed and routed, before its labels stand: ``edges`` is the frame of boxes, lines and lanes."""

    centres: dict[str, Point]
    lines: list[list[Point]]
    rects: list[Rect]
    bands: tuple[Band, ...]
    pierced: int
    edges: Rect


class _Tried(NamedTuple):
    """A layout with the layers and the room it was made with."""

    ranks: Mapping[str, int]
    room: int
    layout: Layout


def lay_out(
    boxes: Sequence[Box],
    links: Sequence[Link],
    *,
    direction: str = "topbottom",
    aspect: float = 0.0,
    begin: str | None = None,
    end: str | None = None,
    lanes: Lanes | None = None,
) -> Layout:
    """Places for the boxes, lines for the links, labels that cover nothing.

    ``aspect`` above 0 folds a long model into rows of about that shape (width by height). ``begin`` lies alone in the
    first layer and what it leads to follows in reading order, ``end`` alone in the last. With ``lanes`` the drawing
    runs from the top down, and every box but begin and end lies in its lane. Raises LayoutError where a link or end
    names no box, a name comes twice, a box lies in no lane, or a line could not be routed.
    """
    names = [box.name for box in boxes]
    if len(set(names)) != len(names):
        raise LayoutError("Two boxes of the drawing bear the same name.")
    ends = {name for link in links for name in (link.source, link.target)} | ({begin, end} - {None})
    stray = sorted(str(name) for name in ends - set(names))
    if stray:
        raise LayoutError(f"A line of the drawing leads to {stray[0]!r}, which is no box.")
    if not boxes:
        return Layout(0.0, 0.0, {}, (), (), 0)
    if lanes is not None:
        loose = [name for name in names if name not in (begin, end) and lanes.of.get(name) not in lanes.order]
        if loose:
            raise LayoutError(f"The box {loose[0]!r} of the drawing lies in none of its lanes.")
        direction, aspect, begin = "topbottom", 0.0, begin if begin is not None else names[0]
    graph = _Graph(boxes, links, direction, aspect, lanes)
    return _roomiest(graph, _best_layers(graph, _layerings(boxes, links, begin, end)))


def _rank(tried: _Tried) -> Rank:
    """What makes a layout better than another: no faults, then large and clear, then short lines.

    A drawing larger than its frame is made smaller, and its text with it; labels that lie on something make it harder
    to read just so.
    """
    layout = tried.layout
    crowd = layout.crowded / max(1, sum(label is not None for label in layout.labels))
    return (
        _faults(layout),
        _shrunk(layout.width, layout.height) * (1.0 + CROWD * crowd),
        round(_drawn(layout.lines), 1),
    )


def _at_best(routed: _Routed) -> Rank:
    """What a routed graph's rank cannot be better than, wherever its labels will stand."""
    left, top, right, bottom = routed.edges
    return routed.pierced, _shrunk(round(right - left, 2), round(bottom - top, 2)), round(_drawn(routed.lines), 1)


def _shrunk(width: float, height: float) -> float:
    return max(1.0, width / PAGE, height / TALL)


def _faults(layout: Layout) -> int:
    return layout.covered + layout.pierced


def _drawn(lines: Iterable[Sequence[Point]]) -> float:
    """The length of all lines."""
    return sum(math.dist(p, q) for line in lines for p, q in pairwise(line))


def _best_layers(graph: _Graph, layerings: Sequence[Mapping[str, int]]) -> _Tried:
    """The layers that make the best layout.

    Placing labels costs most. It is done for the most promising routes first, and not at all for those that could not
    be better than the best so far.
    """
    if len(layerings) == 1:
        return _with_room(graph, layerings[0], _routed(graph, layerings[0], ROOM[0]))
    routes = [_routed(graph, ranks, ROOM[0]) for ranks in layerings]
    bounds = [_at_best(routed) for routed in routes]
    best: _Tried | None = None
    for k in sorted(range(len(routes)), key=lambda k: (bounds[k], k)):
        if best is None or _faults(best.layout) or bounds[k] < _rank(best):  # more room can still mend a route's faults
            best = min([*([best] if best else []), _with_room(graph, layerings[k], routes[k])], key=_rank)
    assert best is not None  # noqa: S101 - there is at least one way to layer a graph
    return best


def _layerings(boxes: Sequence[Box], links: Sequence[Link], begin: str | None, end: str | None) -> list[dict[str, int]]:
    """The layers worth trying: in reading order, wide and narrow; where no begin is named, those of the engine."""
    if begin is None:
        return [{}]
    weights = _weights((link, link.weight) for link in links)
    order = reading_order([box.name for box in boxes], weights, begin, end)
    widths = {box.name: box.width + ROOM[0][1] for box in boxes}
    tried = [layers(order, weights, widths, PAGE * share, end) for share in FILLED]
    return [ranks for k, ranks in enumerate(tried) if ranks not in tried[:k]]


def _weights(weighed: Iterable[tuple[Link, float]]) -> dict[tuple[str, str], float]:
    """The weights of the links by source and target."""
    weights: dict[tuple[str, str], float] = {}
    for link, weight in weighed:
        weights[link.source, link.target] = weights.get((link.source, link.target), 0.0) + weight
    return weights


def _with_room(graph: _Graph, ranks: Mapping[str, int], routed: _Routed) -> _Tried:
    """The layout with as little room as leaves no fault, from what was routed with the least."""
    best = _Tried(ranks, 0, _labelled(graph, routed))
    for k in range(1, 2 if len(graph.links) > MANY else len(ROOM)):
        if not _faults(best.layout):
            break
        tried = _Tried(ranks, k, _labelled(graph, _routed(graph, ranks, ROOM[k])))
        best = min(best, tried, key=lambda tried: _faults(tried.layout))
    return best


def _roomiest(graph: _Graph, best: _Tried) -> Layout:
    """The same layers with more room, where that makes the drawing clearer than it makes it larger."""
    ranks, first = best.ranks, best.room + 1
    if not best.layout.crowded or len(graph.links) > MANY:
        return best.layout
    for k in range(first, min(first + 2, len(ROOM))):
        routed = _routed(graph, ranks, ROOM[k])
        if _at_best(routed) < _rank(best):
            best = min(best, _Tried(ranks, k, _labelled(graph, routed)), key=_rank)
    return best.layout


def _routed(graph: _Graph, ranks: Mapping[str, int], room: Point) -> _Routed:
    """Boxes placed and lines drawn, without labels."""
    boxes = graph.boxes
    places, bands = _in_lanes(graph, graph.lanes, ranks, room) if graph.lanes is not None else ({}, ())
    drawing, hits = _route(graph, ranks, room, places)
    centres = {box.name: _point(node["center"]) for box, node in zip(boxes, drawing.nodes, strict=True)}
    lines = [_line(edge["points"]) for edge in drawing.edges]
    rects = [_around(centres[box.name], box.width, box.height) for box in boxes]
    points = [point for line in lines for point in line] + [(x, rects[0][1]) for band in bands for x in band[1:]]
    return _Routed(centres, lines, rects, bands, hits, _frame([*rects, *((x, y, x, y) for x, y in points)]))


def _labelled(graph: _Graph, routed: _Routed) -> Layout:
    """A routed graph with its labels, moved to begin at the corner."""
    wishes = [
        Wish(line, link.weight * link.pull, link.labels, link.source == link.target)
        for link, line in zip(graph.links, routed.lines, strict=True)
    ]
    placed, covered = place_labels(routed.rects, wishes)
    left, top, right, bottom = _frame([routed.edges, *(found[1] for found in placed if found is not None)])
    return Layout(
        round(right - left, 2),
        round(bottom - top, 2),
        {name: _moved(centre, left, top) for name, centre in routed.centres.items()},
        tuple(tuple(_moved(point, left, top) for point in line) for line in routed.lines),
        tuple(None if found is None else (found[0], _moved(_middle(found[1]), left, top)) for found in placed),
        covered,
        routed.pierced,
        crowded(wishes, placed),
        _widened(routed.bands, left, right),
    )


def _frame(rects: Sequence[Rect]) -> Rect:
    """The rectangle around all of these."""
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _in_lanes(
    graph: _Graph, lanes: Lanes, ranks: Mapping[str, int], room: Point
) -> tuple[dict[str, Point], tuple[Band, ...]]:
    weights = _weights((link, link.weight * link.pull) for link in graph.links)
    sizes = {box.name: (box.width, box.height) for box in graph.boxes}
    loops = [link for link in graph.links if link.source == link.target]
    beside = {link.source: LOOP + (link.labels[-1][0] + 8.0 if link.labels else 0.0) for link in loops}
    return place_in_lanes(Grid(sizes, beside, ranks, lanes, weights), room)


def _widened(bands: Sequence[Band], left: float, right: float) -> tuple[Band, ...]:
    """The lanes moved with the drawing; the outer ones take in the lines that run round it."""
    edges = [left, *(band.right for band in bands[:-1]), right]
    moved = [round(edge - left, 2) for edge in edges]
    return tuple(Band(band.name, *pair) for band, pair in zip(bands, pairwise(moved), strict=False))


def _route(graph: _Graph, ranks: Mapping[str, int], room: Point, places: Mapping[str, Point]) -> tuple[Any, int]:
    """graphlay's drawing, over the ``places`` of the boxes where they are given, and how many lines run through a box.

    Effort "thorough" is not slower but lets lines graze boxes; above ``MANY`` only "fast" is.
    """
    import graphlay

    drawn = graphlay.Graph()
    for box in graph.boxes:
        more: dict[str, Any] = {"rank": {"fixed": ranks[box.name]}} if box.name in ranks else {}
        if box.name in places:
            more["position"] = dict(zip("xy", places[box.name], strict=True))
        shape = "ellipse" if box.round else "box"
        drawn.node(box.name, width=box.width, height=box.height, shape=shape, label="", **more)
    for link in graph.links:
        more = {}
        if link.source == link.target and link.labels:
            # A loop's label can only stand beside the loop: the engine must leave room there.
            more["label_size"] = dict(zip(("width", "height"), link.labels[-1], strict=True))
        drawn.edge(link.source, link.target, weight=float(link.weight * link.pull), **more)
    options = {
        "direction": graph.direction,
        "effort": "fast" if len(graph.links) > MANY else "balanced",
        "routing": {"style": "orthogonal", "lane_gap": 8.0},
        "wrap": {"viewport_aspect": graph.aspect},
        "self_loops": {"size": LOOP, "side": "cross_positive" if places else "auto"},
        "spacing": {"layer_gap": room[0], "node_gap": room[1], "dummy_gap": 18.0, "port_gap": 10.0},
    }
    make = graphlay.reroute if places else graphlay.layout
    try:
        found = make(drawn, preset="process_map", options=options)
    except graphlay.GraphlayError as fault:
        raise LayoutError(f"The layout engine refused the graph: {fault}.", hint="Show fewer steps or ways.") from fault
    metrics, all_links = found.metrics(), len(graph.links)
    if unrouted := metrics["unrouted_edges"]:
        raise LayoutError(f"{unrouted} of {all_links} lines could not be routed.", hint="Show fewer steps or ways.")
    return found, int(metrics["node_edge_hits"])


def _around(centre: Point, width: float, height: float) -> Rect:
    x, y, w, h = *centre, width / 2, height / 2
    return x - w, y - h, x + w, y + h


def _middle(rect: Rect) -> Point:
    return (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2


def _point(found: dict[str, float]) -> Point:
    return found["x"], found["y"]


def _line(found: list[dict[str, float]]) -> list[Point]:
    """The corners without repeats: two equal points have no direction."""
    points = [_point(p) for p in found]
    return [p for k, p in enumerate(points) if k == 0 or math.dist(p, points[k - 1]) > 0.01 or len(points) == 2]


def _moved(point: Point, left: float, top: float) -> Point:
    return round(point[0] - left, 2), round(point[1] - top, 2)
