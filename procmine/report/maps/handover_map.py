"""The map of handovers: sides as boxes, handovers as arrows with their number and the share of warm ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmine.mine.drawn.layout import Box, Layout, Link, lay_out
from procmine.model import HandoverEdge, HandoverNode, Handovers, Side
from procmine.report.maps import svg
from procmine.report.sides import share_text
from procmine.report.words import Words

MOST_NODES, MOST_EDGES = 16, 40
MOST_TO_PARTNERS = 24  # lines between two rows of boxes cross each other more than others do
NAME_SIZE, COUNT_SIZE, LABEL_SIZE = 13.5, 12.0, 12.0
LINE, MARGIN, LOOP = 13.0, 14.0, 14.0
NARROWEST = 900.0  # a drawing fills its page's width: a small one would be blown up
DIRECTIONS = ("topbottom", "leftright")
PAGE, TALL = 1100.0, 760.0  # a larger drawing is shrunk to this, and its text with it
# How a side looks: the job centre's own, another's, or one that stands for several.
LOOKS = {"partner": "third", "outside": "third", "small_teams": "unknown"}
PROVIDER = "provider"  # the one function that is not the job centre's


@dataclass(frozen=True, slots=True)
class HandoverMap:
    """A drawn map, what it says in words, and what of the network it shows."""

    svg: str
    alt: str
    shown: str
    nodes: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What every part of the drawing needs."""

    words: Words
    names: Mapping[Side, str]
    keys: Mapping[Side, str]
    pen: svg.Pen


def draw(found: Handovers, names: Mapping[Side, str], words: Words, *, inline: bool = False) -> HandoverMap:
    """The map of a network that has edges. ``inline`` writes colours as attributes, for paper.

    Of a large network the sides with most handovers are drawn and of these the most frequent handovers. Raises
    LayoutError where a line cannot be drawn.
    """
    nodes, edges = strongest(found, MOST_NODES, MOST_TO_PARTNERS if found.by == "partner" else MOST_EDGES)
    sheet = _Sheet(words, names, {node.side: f"s{place}" for place, node in enumerate(nodes)}, svg.Pen(inline))
    lines = {node.side: svg.wrap(svg.clean(names[node.side]), NAME_SIZE, 160, 200) for node in nodes}
    loops = {edge.source for edge in edges if edge.source == edge.target}
    boxes = [Box(sheet.keys[n.side], *_size(lines[n.side], n, sheet, n.side in loops)) for n in nodes]
    links = [
        Link(
            sheet.keys[edge.source],
            sheet.keys[edge.target],
            edge.count,
            tuple((_widest(form) + 6, len(form) * LINE + 3) for form in _forms(_label(edge, words))),
        )
        for edge in edges
    ]
    places = min((lay_out(boxes, links, direction=way) for way in DIRECTIONS), key=_awkward)
    body = _arrows(sheet, edges, places) + _boxes(sheet, nodes, lines, boxes, places)
    width, height = max(places.width + 2 * MARGIN, NARROWEST), places.height + 2 * MARGIN
    moved = f'<g transform="translate({svg.px((width - places.width) / 2)} {svg.px(MARGIN)})">{body}</g>'
    shown = _shown(found, nodes, edges, words)
    alt = _alt(found, edges, names, shown, words)
    title = words.text(f"handover.map.{found.by}")
    return HandoverMap(
        svg.document(moved, width, height, title, alt, inline), alt, shown, tuple(node.side for node in nodes)
    )


def _awkward(places: Layout) -> tuple[int, float]:
    """How badly a layout can be read: labels that cover something, then how far it is shrunk to fit a page."""
    return places.covered, max(1.0, places.width / PAGE, places.height / TALL)


def strongest(found: Handovers, most_nodes: int, most_edges: int) -> tuple[list[HandoverNode], list[HandoverEdge]]:
    """The most frequent handovers between the sides that have most, and these in the order of the network."""
    ranked = sorted(found.nodes, key=lambda node: (-node.given - node.taken, node.side))[:most_nodes]
    kept = {node.side for node in ranked}
    inside = [edge for edge in found.edges if edge.source in kept and edge.target in kept]
    edges = sorted(inside, key=lambda edge: (-edge.count, edge.source, edge.target))[:most_edges]
    joined = {side for edge in edges for side in (edge.source, edge.target)}
    return [node for node in found.nodes if node.side in joined], edges


def _size(lines: list[str], node: HandoverNode, sheet: _Sheet, loop: bool) -> tuple[float, float]:
    widest = max(svg.text_width(line, NAME_SIZE) for line in lines)
    counted = svg.text_width(_counted(node, sheet.words), COUNT_SIZE)
    return max(72.0, round(max(widest, counted) + 22)), 27.0 + 16.0 * len(lines) + (LOOP if loop else 0.0)


def _counted(node: HandoverNode, words: Words) -> str:
    """What a side hands over and takes over; nothing is not said, for it may only be too little to be shown."""
    parts = (("gives", node.given), ("takes", node.taken))
    return " · ".join(words.text(f"handover.{key}", count=words.number(count)) for key, count in parts if count)


def _label(edge: HandoverEdge, words: Words) -> str:
    count = words.number(edge.count)
    return count if edge.warm.value is None else f"{count} · {share_text(edge.warm.value, words)}"


def _forms(label: str) -> tuple[tuple[str, ...], ...]:
    """A label in one line, or the number above the share where there is little room."""
    parts = tuple(label.split(" · ", 1))
    return ((label,), parts) if len(parts) == 2 else ((label,),)


def _widest(lines: tuple[str, ...]) -> float:
    return max(svg.text_width(line, LABEL_SIZE, bold=False) for line in lines)


def _arrows(sheet: _Sheet, edges: list[HandoverEdge], places: Layout) -> str:
    """Lines, light ones first so that heavy ones cross over them; labels last, over all lines."""
    pen, drawn, written = sheet.pen, [], []
    most = max(edge.count for edge in edges)
    for k in reversed(range(len(edges))):
        edge = edges[k]
        ends = f'data-from="{sheet.keys[edge.source]}" data-to="{sheet.keys[edge.target]}"'
        share = edge.count / most
        level, thick = 1 + min(4, int(5 * share**0.6)), 1.3 + 4.2 * share**0.75
        line, head = svg.arrow(places.lines[k], 6.5 + 0.9 * thick, 3.0 + 0.8 * thick)
        path = svg.rounded(line)
        drawn.append(
            f"<g {ends}><title>{svg.escaped(_said(edge, sheet))}</title>"
            + pen.tag("path", "halo", d=path, stroke_width=thick + 3)
            + pen.tag("path", f"way{level}", d=path, stroke_width=thick)
            + pen.tag("path", f"head{level}", d=head)
            + "</g>"
        )
        place = places.labels[k]
        if place is not None:
            written.append(f"<g {ends}>{_written(pen, _forms(_label(edge, sheet.words))[place[0]], place[1])}</g>")
    return "".join(drawn) + "".join(written)


def _written(pen: svg.Pen, lines: tuple[str, ...], centre: tuple[float, float]) -> str:
    (x, y), w, h = centre, _widest(lines) + 4, len(lines) * LINE + 1
    texts = [pen.text("quiet", x, y - h / 2 + LINE * (k + 0.83), line, LABEL_SIZE) for k, line in enumerate(lines)]
    return pen.tag("rect", "ground", x=x - w / 2, y=y - h / 2, width=w, height=h, rx=3) + "".join(texts)


def _said(edge: HandoverEdge, sheet: _Sheet) -> str:
    """What an arrow says when pointed at."""
    words, names = sheet.words, sheet.names
    return f"{names[edge.source]} → {names[edge.target]}: {edge_said(edge, words)}"


def edge_said(edge: HandoverEdge, words: Words) -> str:
    """One arrow in words: how many, how many of them warm, how long until a contact."""
    parts = [words.counted("handover.count", edge.count)]
    if edge.warm.value is not None:
        known = words.number(edge.warm.known)
        parts.append(words.text("handover.warm", share=share_text(edge.warm.value, words), known=known))
    if edge.median_days is not None:
        parts.append(words.counted("handover.days", edge.median_days))
    return ", ".join(parts)


def _boxes(
    sheet: _Sheet, nodes: list[HandoverNode], lines: Mapping[Side, list[str]], boxes: list[Box], places: Layout
) -> str:
    pen, parts = sheet.pen, []
    for node, box in zip(nodes, boxes, strict=True):
        (x, y), w, h = places.centres[box.name], box.width, box.height
        look = look_of(node.side)
        top = y - (27.0 + 16.0 * len(lines[node.side])) / 2
        low = 2 * y - top - 10
        counted = _counted(node, sheet.words)
        title = f"{sheet.names[node.side]}: {counted}"
        parts.append(
            f'<g data-step="{box.name}" data-side="{look}"><title>{svg.escaped(title)}</title>'
            + pen.tag("rect", look, x=x - w / 2, y=y - h / 2, width=w, height=h, rx=7, stroke_width=1.5)
            + "".join(
                pen.text("text", x, top + 18 + 16 * k, line, NAME_SIZE, bold=True)
                for k, line in enumerate(lines[node.side])
            )
            + pen.text(f"{look}-ink", x, low, counted, COUNT_SIZE)
            + "</g>"
        )
    return "".join(parts)


def look_of(side: Side) -> str:
    """The colours of a side: the job centre's, a third party's, or those of what is not told apart."""
    if side.kind == "function":
        return "third" if side.name == PROVIDER else "office"
    return LOOKS.get(side.kind, "office")


def _shown(found: Handovers, nodes: list[HandoverNode], edges: list[HandoverEdge], words: Words) -> str:
    total = sum(edge.count for edge in found.edges)
    return words.text(
        "handover.shown",
        nodes=words.number(len(nodes)),
        all_nodes=words.number(len(found.nodes)),
        share=share_text(sum(edge.count for edge in edges) / total if total else 1.0, words),
    )


def _alt(found: Handovers, edges: list[HandoverEdge], names: Mapping[Side, str], shown: str, words: Words) -> str:
    """The map for those who do not see it: what is shown, and its three strongest arrows."""
    first = [f"{svg.clean(names[e.source])} → {svg.clean(names[e.target])}: {edge_said(e, words)}" for e in edges[:3]]
    return " ".join([words.text(f"handover.map.{found.by}") + ".", shown, *(f"{one}." for one in first)])
