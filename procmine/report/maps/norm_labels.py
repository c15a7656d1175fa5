"""The numbers on a drawn norm: what was left out, at its task; what was inserted, on the flow it came on.

A label stands on its flow or beside it. Where the author left no room there, it may stand off, tied to its flow by a
line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from procmine.deviations import STEP_KINDS, Box, Conformance, Deviation, NormElement, Point
from procmine.mine.drawn.label_places import Rect, Wish, place_labels
from procmine.report.maps import svg
from procmine.report.maps.norm_colours import SIDES, NormPen
from procmine.report.maps.norm_places import Places
from procmine.report.words import Words

COUNT_SIZE, LABEL_SIZE, LINE = 11.5, 11.0, 15.0
MOST_NAMES = 3
OFF = 90.0  # how far off its flow a label may stand
Format = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Insert:
    """What was done on one flow without being foreseen there: how often in all, by side, by activity."""

    flow: str
    total: int
    sides: tuple[tuple[str, int], ...]
    names: tuple[tuple[str, int], ...]


def inserts_of(found: Conformance, label: Callable[[str], str]) -> dict[str, Insert]:
    """Inserted steps by the flow they are drawn on: the first one out of the element the run stood behind."""
    out: dict[str, str] = {}
    into: dict[str, str] = {}
    for flow in found.norm.flows:
        out.setdefault(flow.source, flow.id)
        into.setdefault(flow.target, flow.id)
    at: dict[str, list[Deviation]] = {}
    for each in found.deviations:
        if each.kind == "inserted":
            at.setdefault(out.get(each.element) or into[each.element], []).append(each)
    inserts = {}
    for name, several in at.items():
        sides = {side: sum(b.events for each in several for b in each.begun if b.side == side) for side in SIDES}
        names: dict[str, int] = {}
        for each in several:
            names[label(each.activity)] = names.get(label(each.activity), 0) + each.events
        ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
        told = all(each.begun for each in several)  # with one of them withheld the others would look like all
        shown = tuple((side, many) for side, many in sides.items() if many and told)
        inserts[name] = Insert(name, sum(names.values()), shown, tuple(ordered))
    return inserts


def badge(element: NormElement, box: Box, count: str) -> Rect:
    """A left-out step's number sits on its task's upper right corner, above an event, or beside one on a border."""
    width = 24 + svg.text_width(count, COUNT_SIZE)
    right, top = box[0] + box[2] + 8, box[1] - 11
    if element.kind == "boundary":
        right, top = box[0] + box[2] + width + 3, box[1] + box[3] / 2 + 3
    elif element.kind not in STEP_KINDS:
        right, top = box[0] + (box[2] + width) / 2, box[1] - 23
    return right - width, top, right, top + 20


def _forms(insert: Insert, number: Format) -> list[tuple[list[str], str]]:
    """A label's forms, fullest first: lines of names, and how the sides stand in it: in a row, one below the other, or
    not at all."""
    names = [f"{number(many)} {svg.clean(name)}" for name, many in insert.names[:MOST_NAMES]]
    if len(insert.names) > MOST_NAMES:
        names.append("…")
    return [(names, "row"), ([], "row"), ([], "below"), ([], "")]


def sizes_of(insert: Insert, number: Format) -> tuple[Point, ...]:
    """Width and height of each form."""
    head = 24 + svg.text_width(number(insert.total), COUNT_SIZE)
    sides = [18 + svg.text_width(number(many), LABEL_SIZE, bold=False) for _, many in insert.sides]
    sizes = []
    for names, how in _forms(insert, number):
        wide = [svg.text_width(name, LABEL_SIZE, bold=False) + 14 for name in names]
        wide += [head + sum(sides) + 4] if how == "row" else [head, *(side + 8 for side in sides if how)]
        sizes.append((max(wide), 20.0 + LINE * (len(names) + (len(sides) if how == "below" else 0))))
    return tuple(sizes)


def placed(
    found: Conformance, places: Places, inserts: Mapping[str, Insert], obstacles: Sequence[Rect], number: Format
) -> tuple[dict[str, tuple[int, Rect]], int]:
    """Form and rectangle of each label by flow, and how many cover something even so."""
    sizes = {name: sizes_of(each, number) for name, each in inserts.items()}
    best, covered = _place(found, places, inserts, sizes, obstacles, frozenset())
    tight = frozenset(name for name, (_, rect) in best.items() if _covers(name, rect, best, obstacles))
    if tight:
        other, fewer = _place(found, places, inserts, sizes, obstacles, tight)
        if fewer < covered:
            return other, fewer
    return best, covered


def _place(
    found: Conformance,
    places: Places,
    inserts: Mapping[str, Insert],
    sizes: Mapping[str, tuple[Point, ...]],
    obstacles: Sequence[Rect],
    off: frozenset[str],
) -> tuple[dict[str, tuple[int, Rect]], int]:
    wishes = []
    for flow in found.norm.flows:
        line = places.lines[flow.id]
        weight = inserts[flow.id].total if flow.id in inserts else 1.0
        wishes.append(Wish(_with_stub(line) if flow.id in off else line, weight, sizes.get(flow.id, ()), False))
    rects, covered = place_labels(obstacles, wishes)
    return {flow.id: at for flow, at in zip(found.norm.flows, rects, strict=True) if at is not None}, covered


def _with_stub(line: Sequence[Point]) -> list[Point]:
    """The line with a way off it to both sides, for the places where a label may stand."""
    a, middle, b, (dx, dy) = middle_of(line)
    ways = [(middle[0] + sign * dx * OFF, middle[1] + sign * dy * OFF) for sign in (-1, 1)]
    return [*line[: line.index(a) + 1], middle, ways[0], middle, ways[1], middle, *line[line.index(b) :]]


def middle_of(line: Sequence[Point]) -> tuple[Point, Point, Point, Point]:
    """The longest stretch of a line: its begin, middle and end, and the direction away from it."""
    a, b = max(pairwise(line), key=lambda pair: math.dist(*pair))
    across = (0.0, 1.0) if abs(a[0] - b[0]) >= abs(a[1] - b[1]) else (1.0, 0.0)
    return a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), b, across


def _covers(name: str, rect: Rect, labels: Mapping[str, tuple[int, Rect]], obstacles: Sequence[Rect]) -> bool:
    others = [*obstacles, *(at for other, (_, at) in labels.items() if other != name)]
    return any(rect[0] < o[2] and o[0] < rect[2] and rect[1] < o[3] and o[1] < rect[3] for o in others)


def tie(pen: NormPen, line: Sequence[Point], rect: Rect) -> str:
    """A line from a label that stands off to its flow; nothing for one that stands at it."""
    _, (x, y), _, _ = middle_of(line)
    end = (min(max(x, rect[0]), rect[2]), min(max(y, rect[1]), rect[3]))
    near = min(_apart(p, q, rect) for p, q in pairwise(line))
    if near < 8:
        return ""
    path = f"M{svg.px(x)} {svg.px(y)}L{svg.px(end[0])} {svg.px(end[1])}"
    return pen.tag("path", "inserted-sign", d=path, stroke_width=1.2, stroke_dasharray="2 3")


def _apart(p: Point, q: Point, rect: Rect) -> float:
    """How far a label lies from an upright or level stretch, by their boxes."""
    across = max(min(p[0], q[0]) - rect[2], rect[0] - max(p[0], q[0]), 0.0)
    return math.hypot(across, max(min(p[1], q[1]) - rect[3], rect[1] - max(p[1], q[1]), 0.0))


def missing_drawn(pen: NormPen, rect: Rect, of: Deviation, label: Callable[[str], str], words: Words) -> str:
    x, y, right, bottom = rect
    middle = (y + bottom) / 2
    title = words.text("conform.missing_title", step=label(of.activity), count=words.number(of.events))
    return (
        f'<g data-deviation="missing"><title>{svg.escaped(title)}</title>'
        + pen.tag("rect", "missing", x=x, y=y, width=right - x, height=bottom - y, rx=10, stroke_width=1.5)
        + pen.tag("circle", "missing-sign", cx=x + 11, cy=middle, r=5.5, stroke_width=1.4)
        + pen.tag("path", "missing-sign", d=f"M{svg.px(x + 8)} {svg.px(middle)}H{svg.px(x + 14)}", stroke_width=1.8)
        + pen.text("missing-ink", x + 20, middle + 4, words.number(of.events), COUNT_SIZE, bold=True, anchor="start")
        + "</g>"
    )


def inserted_drawn(pen: NormPen, insert: Insert, form: int, rect: Rect, words: Words) -> str:
    x, y, right, bottom = rect
    names, how = _forms(insert, words.number)[form]
    listed = ", ".join(f"{words.number(many)} {name}" for name, many in insert.names)
    title = words.text("conform.inserted_title", count=words.number(insert.total), steps=listed)
    middle, cursor = y + 10, x + 20
    sign = f"M{svg.px(x + 4.5)} {svg.px(middle)}l6.5 -6.5l6.5 6.5l-6.5 6.5ZM{svg.px(x + 8)} {svg.px(middle)}h6m-3 -3v6"
    parts = [
        pen.tag("rect", "inserted", x=x, y=y, width=right - x, height=bottom - y, rx=5, stroke_width=1.3),
        pen.tag("path", "inserted-sign", d=sign, stroke_width=1.3),
        pen.text("inserted-ink", cursor, middle + 4, words.number(insert.total), COUNT_SIZE, bold=True, anchor="start"),
    ]
    cursor += svg.text_width(words.number(insert.total), COUNT_SIZE) + 6
    for k, (side, many) in enumerate(insert.sides if how else ()):
        at = (cursor, middle) if how == "row" else (x + 5, middle + LINE * (k + 1))
        parts.append(pen.symbol(side, at[0] + 6, at[1]))
        parts.append(pen.text("text", at[0] + 13, at[1] + 4, words.number(many), LABEL_SIZE, anchor="start"))
        cursor += 18 + svg.text_width(words.number(many), LABEL_SIZE, bold=False)
    for k, name in enumerate(names):
        parts.append(pen.text("text", x + 7, y + 30 + LINE * k, name, LABEL_SIZE, anchor="start"))
    return f'<g data-deviation="inserted"><title>{svg.escaped(title)}</title>{"".join(parts)}</g>'
