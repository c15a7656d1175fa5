"""A BPMN norm as SVG with what deviates from it: left-out steps at their task, inserted ones on the flow they came on.

A sign and a colour say which of the two, a number how often; who began what was inserted stands beside it with the
process map's signs. Every number is in the table too (``norm_section``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from procmine.deviations import STEP_KINDS, Box, Conformance, NormElement, Point
from procmine.mine.drawn.label_places import Rect
from procmine.report.maps import svg
from procmine.report.maps.norm_colours import NormPen, document
from procmine.report.maps.norm_labels import (
    COUNT_SIZE,
    LABEL_SIZE,
    badge,
    inserted_drawn,
    inserts_of,
    missing_drawn,
    placed,
    sizes_of,
    tie,
)
from procmine.report.maps.norm_places import NAME_SIZE, places_of
from procmine.report.words import Words

SMALLER = (NAME_SIZE, 11.0, 10.0)  # a name is written smaller before a word of it is broken


@dataclass(frozen=True, slots=True)
class NormMap:
    """The drawing, what it says in words, and whether labels had to cover something."""

    svg: str
    width: float
    height: float
    alt: str
    covered: int


def draw(found: Conformance, *, label: Callable[[str], str], words: Words, inline: bool = False) -> NormMap:
    """The norm with its deviations. ``label`` names an activity; ``inline`` writes colours as attributes, for paper.

    Raises LayoutError where a norm without a drawing cannot be laid out.
    """
    norm, pen, number = found.norm, NormPen(inline), words.number
    missing = {each.element: each for each in found.deviations if each.kind == "missing"}
    done = {each.element: each.events for each in found.foreseen}
    inserts = inserts_of(found, label)
    places = places_of(norm, {name: sizes_of(each, number) for name, each in inserts.items()})
    shown = [each for each in norm.elements if each.id in places.boxes]
    shown.sort(key=lambda each: each.kind == "boundary")  # on the border of its task, so drawn after it
    badges = {
        name: badge(norm.element(name), places.boxes[name], number(each.events)) for name, each in missing.items()
    }
    under = {each.id: _under(each, places.boxes[each.id]) for each in shown}
    obstacles = [rect_of(places.boxes[each.id]) for each in shown if each.kind != "subprocess"]
    obstacles += [*badges.values(), *(rect for rect, _ in under.values() if rect is not None)]
    labels, covered = placed(found, places, inserts, obstacles, number)
    parts = [_frame(pen, frame.name, frame.box, frame.upright) for frame in places.frames]
    parts += [_line(pen, places.lines[flow.id], flow.name) for flow in norm.flows]
    parts += [_node(pen, each, places.boxes[each.id], under[each.id][1], done.get(each.id), words) for each in shown]
    parts += [tie(pen, places.lines[name], rect) for name, (_, rect) in labels.items()]
    parts += [missing_drawn(pen, badges[name], each, label, words) for name, each in missing.items()]
    parts += [inserted_drawn(pen, inserts[name], *at, words) for name, at in labels.items()]
    around = [_wider(rect) for rect in (*obstacles, *(rect for _, rect in labels.values()))]
    around.append((0.0, 0.0, places.width, places.height))
    left, top = (min(rect[k] for rect in around) for k in (0, 1))
    width, height = (max(rect[k] for rect in around) - low for k, low in ((2, left), (3, top)))
    body = f'<g transform="translate({svg.px(-left)} {svg.px(-top)})">{"".join(parts)}</g>'
    alt = _alt(found, label, words)
    title = words.text("conform.drawing", norm=norm.name)
    return NormMap(document(body, width, height, title, alt, inline), width, height, alt, covered)


def rect_of(box: Box) -> Rect:
    """A box by its corners."""
    return box[0], box[1], box[0] + box[2], box[1] + box[3]


def _wider(rect: Rect) -> Rect:
    """With room for its border."""
    return rect[0] - 3, rect[1] - 3, rect[2] + 3, rect[3] + 3


def _under(element: NormElement, box: Box) -> tuple[Rect | None, list[str]]:
    """The name under an event or gateway, and the room it takes."""
    if element.kind in (*STEP_KINDS, "subprocess") or not element.name:
        return None, []
    lines = svg.wrap(svg.clean(element.name), LABEL_SIZE, 96, 120, 3)
    wide = max(svg.text_width(line, LABEL_SIZE, bold=False) for line in lines)
    middle, top = box[0] + box[2] / 2, box[1] + box[3]
    return (middle - wide / 2, top + 2, middle + wide / 2, top + 4 + 13 * len(lines)), lines


def _frame(pen: NormPen, name: str, box: Box, upright: bool) -> str:
    x, y, w, h = box
    drawn = pen.tag("rect", "frame", x=x, y=y, width=w, height=h, stroke_width=1.0)
    if not name:
        return drawn
    if not upright:
        return drawn + pen.text("dim", x + w / 2, y + 18, name, LABEL_SIZE, bold=True)
    turned = f'<g transform="translate({svg.px(x + 15)} {svg.px(y + h / 2)}) rotate(-90)">'
    fitted = svg.wrap(svg.clean(name), LABEL_SIZE, h - 8, h - 8, 1)[0]
    return drawn + turned + pen.text("dim", 0, 4, fitted, LABEL_SIZE, bold=True) + "</g>"


def _line(pen: NormPen, points: tuple[Point, ...], name: str) -> str:
    line, head = svg.arrow(points, 9.0, 4.0)
    drawn = pen.tag("path", "flow", d=svg.rounded(line, 5.0), stroke_width=1.4) + pen.tag("path", "head", d=head)
    if name:
        (x, y), (u, v) = points[0], points[1]
        at = (x + 6, (y + v) / 2) if abs(u - x) < abs(v - y) else (min(x, u) + 4, y - 5)
        drawn += pen.text("dim", *at, name, LABEL_SIZE - 1, anchor="start")
    return f"<g><title>{svg.escaped(name)}</title>{drawn}</g>" if name else drawn


def _node(pen: NormPen, element: NormElement, box: Box, under: list[str], done: int | None, words: Words) -> str:
    x, y, w, h = box
    middle = (x + w / 2, y + h / 2)
    parts = []
    if element.kind == "subprocess":
        parts.append(pen.tag("rect", "inner", x=x, y=y, width=w, height=h, rx=8, stroke_width=1.2))
        parts.append(pen.text("dim", x + 10, y + 17, element.name, LABEL_SIZE, bold=True, anchor="start"))
    elif element.kind in STEP_KINDS:
        thick = 3.0 if element.kind == "call" else 1.5
        parts.append(pen.tag("rect", "node", x=x, y=y, width=w, height=h, rx=8, stroke_width=thick))
        parts += _task_text(pen, element, box, done, words)
    elif element.kind in ("start", "end", "event", "boundary"):
        radius = min(w, h) / 2
        thick = 3.2 if element.kind == "end" else 1.5
        parts.append(pen.tag("circle", "node", cx=middle[0], cy=middle[1], r=radius, stroke_width=thick))
        if element.kind in ("event", "boundary"):
            parts.append(pen.tag("circle", "mark", cx=middle[0], cy=middle[1], r=radius - 3, stroke_width=1.2))
    else:
        corners = [(middle[0], y), (x + w, middle[1]), (middle[0], y + h), (x, middle[1])]
        path = "M" + "L".join(f"{svg.px(a)} {svg.px(b)}" for a, b in corners) + "Z"
        parts.append(pen.tag("path", "node", d=path, stroke_width=1.5) + _gateway(pen, element.kind, *middle))
    for k, line in enumerate(under):
        parts.append(pen.text("dim", middle[0], y + h + 13 + 13 * k, line, LABEL_SIZE))
    counted = words.text("conform.done", count=words.number(done)) if done is not None else ""
    said = ": ".join(part for part in (element.name, counted) if part)
    return f'<g data-step="{svg.escaped(element.id)}"><title>{svg.escaped(said)}</title>{"".join(parts)}</g>'


def _gateway(pen: NormPen, kind: str, x: float, y: float) -> str:
    if kind == "inclusive":
        return pen.tag("circle", "mark", cx=x, cy=y, r=10, stroke_width=2.5)
    if kind == "events":
        return pen.tag("circle", "mark", cx=x, cy=y, r=12, stroke_width=1.2)
    r = 9 if kind == "parallel" else 7
    straight = f"M{svg.px(x - r)} {svg.px(y)}H{svg.px(x + r)}M{svg.px(x)} {svg.px(y - r)}V{svg.px(y + r)}"
    crossed = (
        f"M{svg.px(x - r)} {svg.px(y - r)}L{svg.px(x + r)} {svg.px(y + r)}"
        f"M{svg.px(x + r)} {svg.px(y - r)}L{svg.px(x - r)} {svg.px(y + r)}"
    )
    return pen.tag("path", "mark", d=straight if kind == "parallel" else crossed, stroke_width=2.6)


def _task_text(pen: NormPen, element: NormElement, box: Box, done: int | None, words: Words) -> list[str]:
    """The task's name in as many lines as fit, and below it how often it was done as foreseen."""
    x, y, w, h = box
    counted = done is not None
    room = max(1, int((h - (22 if counted else 10)) / 15))
    lines = svg.wrap(svg.clean(element.name or element.id), NAME_SIZE, w - 14, w - 14, room)
    top = y + (h - 15 * len(lines) - (16 if counted else 0)) / 2
    parts = [pen.text("text", x + w / 2, top + 12 + 15 * k, line, NAME_SIZE, bold=True) for k, line in enumerate(lines)]
    if done is not None:
        parts.append(pen.text("dim", x + w / 2, top + 14 + 15 * len(lines), f"{words.number(done)}×", COUNT_SIZE))
    if element.repeats:
        a, b = svg.px(x + w - 13), svg.px(y + h - 7)
        parts.append(pen.tag("path", "mark", d=f"M{a} {b}a5 5 0 1 1 3 -0.5m0 0v-3.5m0 3.5h3.5", stroke_width=1.3))
    return parts


def _alt(found: Conformance, label: Callable[[str], str], words: Words) -> str:
    norm = found.norm
    steps = sum(each.kind in STEP_KINDS for each in norm.elements)
    said = [words.text("conform.alt", norm=norm.name, steps=words.number(steps))]
    for kind in ("missing", "inserted"):
        mine = sorted((d for d in found.deviations if d.kind == kind), key=lambda d: (-d.events, d.activity, d.element))
        if mine:
            most = words.text("conform.alt_step", step=label(mine[0].activity), count=words.number(mine[0].events))
            said.append(words.counted(f"conform.alt_{kind}", len({each.element for each in mine}), most=most))
    if not found.deviations:
        said.append(words.text("conform.alt_none"))
    return " ".join(said)
