"""What stands under a drawn map, and the swatches of its legend."""

from __future__ import annotations

from procmine.report.maps import svg
from procmine.report.maps.drawing import MARGIN, Sheet
from procmine.report.maps.lenses import Entry
from procmine.report.maps.pen import LookPen

NOTE_SIZE = 12.0


def swatch(pen: LookPen, entry: Entry, x: float, y: float) -> tuple[str, float]:
    """A legend's box, line or end drawn with its middle at ``y``, and how wide it is."""
    if entry.kind == "box":
        box = pen.tag("rect", "box", entry.look, x=x + 1, y=y - 7, width=20, height=14, rx=4, stroke_width=1.5)
        return box + pen.symbol(entry.sign, entry.look, x + 11, y), 22.0
    if entry.kind == "way":
        line, head = svg.arrow([(x, y), (x + 22, y)], 8, 4)
        return (
            pen.tag("path", "way", entry.look, d=svg.rounded(line), stroke_width=2.5)
            + pen.tag("path", "head", entry.look, d=head)
        ), 22.0
    if entry.kind == "end":
        return pen.tag("circle", entry.look, cx=x + 7, cy=y, r=6.0), 14.0
    return "", 0.0


def noted(body: str, width: float, height: float, shown: str, sheet: Sheet) -> tuple[str, float, float]:
    """The first lens's legend and what is shown under the drawing, in as many lines as its width needs."""
    width, pen, words = max(width, 420.0), sheet.pen, sheet.speaker.words
    lens = sheet.lenses[0]
    parts, x, y = [], MARGIN, height + 10
    lead = words.text(f"lens.{lens.key}.question")
    parts.append(pen.text("quiet", x, y + 4, lead, NOTE_SIZE, bold=True, anchor="start"))
    x += svg.text_width(lead, NOTE_SIZE) + 24
    for entry in lens.legend:
        if entry.kind == "text":
            continue
        sign, wide = swatch(pen, entry, 0, 0)
        room = wide + 5 + svg.text_width(entry.text, NOTE_SIZE, bold=False)
        if x > MARGIN and x + room > width - MARGIN:
            x, y = MARGIN, y + 20
        look = "" if pen.inline or entry.kind == "end" else f' class="k-{entry.look}"'
        text = pen.text("quiet", wide + 5, 4, entry.text, NOTE_SIZE, anchor="start")
        parts.append(f'<g{look} transform="translate({svg.px(x)} {svg.px(y)})">{sign}{text}</g>')
        x += room + 16
    y += 20
    for text in [
        *(entry.text for entry in lens.legend if entry.kind == "text"),
        shown[:1].upper() + shown[1:].removesuffix(".") + ".",
    ]:
        for line in svg.flow(text, NOTE_SIZE, width - 2 * MARGIN, width - 2 * MARGIN):
            parts.append(pen.text("quiet", MARGIN, y + 4, line, NOTE_SIZE, anchor="start"))
            y += 18
    return body + "".join(parts), width, y + 2
