"""The process map drawn: boxes, lines, labels, the two ends, and the notes under them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from procmine.mine.layout import Box, Layout, Link, lay_out
from procmine.model import Step
from procmine.report import svg
from procmine.report.map_colours import SIDES
from procmine.report.map_selection import BEGIN, END, Selection, main_path
from procmine.report.words import Words

Format = Callable[[float], str]
TERMINAL = 26.0
NODE_SIZE, COUNT_SIZE, LABEL_SIZE, NOTE_SIZE = 13.5, 12.0, 12.0, 12.0
LINE = 13.0
LOOP = 14.0  # how much higher a box is that a loop leaves and enters at its side
STRAIGHT = 10.0  # how much more than its count a way of the main path pulls its steps into one line
MARGIN = 14.0


def share_text(share: float, words: Words) -> str:
    """A share in whole per cent that never claims all or nothing where it is not."""
    if 0 < share < 0.01:
        return words.text("share.less_than_one")
    if 0.99 < share < 1:
        return words.text("share.more_than_99")
    return words.percent(share, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every part of the drawing needs: words and formats, names and sides by activity, the pen."""

    words: Words
    number: Format
    duration: Format
    names: Mapping[str, str]
    begun: Mapping[str, str]
    sides: Mapping[str, str]
    pen: svg.Pen


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A line of the drawing: between which boxes, how many, what stands on it, what is said on pointing at it."""

    source: str
    target: str
    count: int
    label: str
    title: str
    terminal: bool


def drawing(sheet: Sheet, chosen: Selection) -> tuple[str, float, float]:
    """Body, width and height of the map without notes."""
    if not chosen.steps:
        text = sheet.words.text("shown.empty")
        return sheet.pen.text("quiet", MARGIN, 30, text, NODE_SIZE, anchor="start"), 320.0, 50.0
    name = {step.activity: f"s{place}" for place, step in enumerate(chosen.steps)}
    texts = {
        step.activity: svg.wrap(svg.clean(sheet.names[step.activity]), NODE_SIZE, 160, 200) for step in chosen.steps
    }
    loops = {way.source for way in chosen.ways if way.source == way.target}
    boxes = [Box(name[s.activity], *_size(texts[s.activity], s, sheet, s.activity in loops)) for s in chosen.steps]
    boxes = ([Box(BEGIN, TERMINAL, TERMINAL, True)] if chosen.starts else []) + boxes
    boxes += [Box(END, TERMINAL, TERMINAL, True)] if chosen.ends else []
    arrows = _arrows(sheet, chosen, name)
    path = [BEGIN, *(name[activity] for activity in main_path(chosen)), END]
    spine = set(pairwise(path))
    links = [
        Link(
            a.source,
            a.target,
            a.count,
            tuple((_widest(form) + 6, len(form) * LINE + 3) for form in _forms(a.label)),
            STRAIGHT if (a.source, a.target) in spine else 1.0,
        )
        for a in arrows
    ]
    drawn = {box.name for box in boxes}
    places = lay_out(boxes, links, begin=BEGIN if BEGIN in drawn else None, end=END if END in drawn else None)
    most = max((a.count for a in arrows if not a.terminal), default=1)
    body = (
        _lines(sheet, arrows, places, most)
        + _nodes(sheet, chosen, texts, places, boxes, name)
        + _terminals(sheet, places)
    )
    width, height = places.width + 2 * MARGIN, places.height + 2 * MARGIN
    return f'<g transform="translate({svg.px(MARGIN)} {svg.px(MARGIN)})">{body}</g>', width, height


def _size(lines: list[str], step: Step, sheet: Sheet, loop: bool) -> tuple[float, float]:
    widest = max(svg.text_width(line, NODE_SIZE) for line in lines)
    counted = svg.text_width(sheet.number(step.events) + "×", COUNT_SIZE) + 12
    return max(72.0, round(max(widest, counted) + 22)), 27.0 + 16.0 * len(lines) + (LOOP if loop else 0.0)


def _arrows(sheet: Sheet, chosen: Selection, name: Mapping[str, str]) -> list[_Arrow]:
    found = []
    for way in chosen.ways:
        count = sheet.number(way.count)
        time = None if way.median_seconds is None else sheet.duration(way.median_seconds)
        label = count if time is None else f"{count} · {time}"
        title = f"{sheet.names[way.source]} → {sheet.names[way.target]}: {label}"
        found.append(_Arrow(name[way.source], name[way.target], way.count, label, title, False))
    for key, end in (("begin", chosen.starts), ("end", chosen.ends)):
        for activity, number in end:
            count, here = sheet.number(number), sheet.words.text(key)
            ends = (BEGIN, name[activity]) if key == "begin" else (name[activity], END)
            said = (here, sheet.names[activity]) if key == "begin" else (sheet.names[activity], here)
            found.append(_Arrow(*ends, number, count, f"{said[0]} → {said[1]}: {count}", True))
    return found


def _lines(sheet: Sheet, arrows: list[_Arrow], places: Layout, most: int) -> str:
    """Lines, light ones first so that heavy ones cross over them; labels last, over all lines."""
    pen, drawn, written = sheet.pen, [], []
    for k in sorted(range(len(arrows)), key=lambda k: (arrows[k].count, -k)):
        a = arrows[k]
        ends = f'data-from="{a.source.strip() or "begin"}" data-to="{a.target.strip() or "end"}"'
        share = min(1.0, a.count / most)
        level = 1 + min(4, int(5 * share**0.6))
        thick = 1.3 + 4.2 * share**0.75
        line, head = svg.arrow(places.lines[k], 6.5 + 0.9 * thick, 3.0 + 0.8 * thick)
        path = svg.rounded(line)
        dash = {"stroke_dasharray": "3 3"} if a.terminal else {}
        drawn.append(
            f"<g {ends}><title>{svg.escaped(a.title)}</title>"
            + pen.tag("path", "halo", d=path, stroke_width=thick + 3)
            + pen.tag("path", f"way{level}", d=path, stroke_width=thick, **dash)
            + pen.tag("path", f"head{level}", d=head)
            + "</g>"
        )
        label = places.labels[k]
        if label is not None:
            written.append(
                f'<g data-from="{a.source.strip()}" data-to="{a.target.strip()}">{_label(pen, a, *label)}</g>'
            )
    return "".join(drawn) + "".join(written)


def _forms(label: str) -> tuple[tuple[str, ...], ...]:
    """A label in one line, or count above time where there is little room."""
    parts = tuple(label.split(" · ", 1))
    return ((label,), parts) if len(parts) == 2 else ((label,),)


def _widest(lines: Iterable[str]) -> float:
    return max(svg.text_width(line, LABEL_SIZE, bold=False) for line in lines)


def _label(pen: svg.Pen, arrow: _Arrow, form: int, centre: tuple[float, float]) -> str:
    lines, (x, y) = _forms(arrow.label)[form], centre
    w, h = _widest(lines) + 4, len(lines) * LINE + 1
    texts = [pen.text("quiet", x, y - h / 2 + LINE * (k + 0.83), line, LABEL_SIZE) for k, line in enumerate(lines)]
    return pen.tag("rect", "ground", x=x - w / 2, y=y - h / 2, width=w, height=h, rx=3) + "".join(texts)


def _nodes(
    sheet: Sheet,
    chosen: Selection,
    texts: Mapping[str, list[str]],
    places: Layout,
    boxes: list[Box],
    name: Mapping[str, str],
) -> str:
    pen, size = sheet.pen, {box.name: (box.width, box.height) for box in boxes}
    parts = []
    for step in chosen.steps:
        here, side = name[step.activity], sheet.begun[step.activity]
        (x, y), (w, h) = places.centres[here], size[here]
        count = sheet.number(step.events) + "×"
        top = y - (27.0 + 16.0 * len(texts[step.activity])) / 2
        low = 2 * y - top - 10
        start = x - (svg.text_width(count, COUNT_SIZE, bold=False) + 12) / 2
        parts.append(
            f'<g data-step="{here}" data-side="{side}"><title>{svg.escaped(_said_of(step, sheet))}</title>'
            + pen.tag("rect", side, x=x - w / 2, y=y - h / 2, width=w, height=h, rx=7, stroke_width=1.5)
            + "".join(
                pen.text("text", x, top + 18 + 16 * k, line, NODE_SIZE, bold=True)
                for k, line in enumerate(texts[step.activity])
            )
            + pen.symbol(side, start + 4, low - 4)
            + pen.text(f"{side}-ink", start + 12, low, count, COUNT_SIZE, anchor="start")
            + "</g>"
        )
    return "".join(parts)


def _said_of(step: Step, sheet: Sheet) -> str:
    """What a step says when pointed at: its counts and who begins it."""
    shares = {side: 0 for side in SIDES}
    for code, count in step.initiators:
        shares[sheet.sides.get(code, "unknown")] += count
    total = sum(shares.values())
    words = sheet.words
    counts = words.text("step.events", count=sheet.number(step.events), cases=sheet.number(step.cases))
    who = ", ".join(
        sheet.words.text(
            "step.began", side=sheet.words.text(f"side.{side}"), share=share_text(count / total, sheet.words)
        )
        for side, count in shares.items()
        if count
    )
    begun = "; " + words.text("step.begun", shares=who) if who else ""
    return f"{sheet.names[step.activity]}: {counts}{begun}"


def _terminals(sheet: Sheet, places: Layout) -> str:
    pen, r, parts = sheet.pen, TERMINAL / 2 - 2, []
    for end, look in ((BEGIN, "begin"), (END, "finish")):
        if end not in places.centres:
            continue
        x, y = places.centres[end]
        play = f"M{svg.px(x - 3)} {svg.px(y - 5)}L{svg.px(x + 6)} {svg.px(y)}L{svg.px(x - 3)} {svg.px(y + 5)}Z"
        inner = (
            pen.tag("path", "sign", d=play)
            if end == BEGIN
            else pen.tag("rect", "sign", x=x - 4, y=y - 4, width=8, height=8)
        )
        title = svg.escaped(sheet.words.text("begin" if end == BEGIN else "end"))
        parts.append(f"<g><title>{title}</title>{pen.tag('circle', look, cx=x, cy=y, r=r)}{inner}</g>")
    return "".join(parts)


def noted(
    body: str, width: float, height: float, present: Collection[str], shown: str, sheet: Sheet
) -> tuple[str, float, float]:
    """Legend and what is shown under the drawing, in as many lines as its width needs."""
    width, pen = max(width, 420.0), sheet.pen
    entries = [(side, sheet.words.text(f"legend.{side}")) for side in present]
    parts, x, y = [], MARGIN, height + 8
    if entries:
        lead = sheet.words.text("legend.who")
        parts.append(pen.text("quiet", x, y + 4, lead, NOTE_SIZE, bold=True, anchor="start"))
        x += svg.text_width(lead, NOTE_SIZE) + 8
        for side, text in entries:
            room = 14 + svg.text_width(text, NOTE_SIZE, bold=False)
            if x > MARGIN and x + room > width - MARGIN:
                x, y = MARGIN, y + 18
            parts.append(pen.symbol(side, x + 5, y) + pen.text("quiet", x + 14, y + 4, text, NOTE_SIZE, anchor="start"))
            x += room + 14
        y += 18
    lines = [sheet.words.text("legend.way")] if entries else []
    for text in [*lines, shown[:1].upper() + shown[1:] + "."] if entries else []:
        for line in svg.flow(text, NOTE_SIZE, width - 2 * MARGIN, width - 2 * MARGIN):
            parts.append(pen.text("quiet", MARGIN, y + 4, line, NOTE_SIZE, anchor="start"))
            y += 18
    return body + "".join(parts), width, y + 2
