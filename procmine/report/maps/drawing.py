"""The process map drawn: boxes, lines and labels once, with what each lens shows of them; lanes behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from procmine.mine.drawn.lanes import Lanes
from procmine.mine.drawn.layout import Box, Layout, Link, lay_out
from procmine.model import Step
from procmine.report.maps import svg
from procmine.report.maps.colours import SIDES
from procmine.report.maps.lenses import Lens, Mark, Speaker, share_text
from procmine.report.maps.looks import lettered
from procmine.report.maps.pen import LookPen
from procmine.report.maps.selection import BEGIN, END, Selection, functions_of, main_path
from procmine.report.words import Words

TERMINAL = 26.0
NODE_SIZE, COUNT_SIZE, LABEL_SIZE, LANE_SIZE = 13.5, 12.0, 12.0, 12.0
LINE = 13.0
LOOP = 14.0  # how much higher a box is that a loop leaves and enters at its side
STRAIGHT = 10.0  # how much more than its count a way of the main path pulls its steps into one line
MARGIN = 14.0
HEADER = 30.0  # room above the lanes for their names
NARROW = 72.0
BY_SIGN = " · "  # where a label may be broken in two lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every part of the drawing needs: how figures are said, names by activity, the lenses, the pen.

    ``lanes`` are the lanes by activity and ``lane_names`` their names in their order; empty where there are none.
    ``thick`` says how thick a way's line is, as a share of the thickest; its count where nothing is said.
    """

    speaker: Speaker
    names: Mapping[str, str]
    begun: Mapping[str, str]
    lenses: Sequence[Lens]
    pen: LookPen
    lanes: Mapping[str, str]
    lane_names: Mapping[str, str]
    thick: Mapping[tuple[str, str], float]
    events: int


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A line of the drawing: between which boxes, how many, what each lens shows, what is said on pointing at it."""

    source: str
    target: str
    count: int
    marks: tuple[Mark, ...]
    title: str
    terminal: bool
    thick: float


def drawing(sheet: Sheet, chosen: Selection) -> tuple[str, float, float]:
    """Body, width and height of the map without notes."""
    words = sheet.speaker.words
    if not chosen.steps:
        return sheet.pen.text("quiet", MARGIN, 30, words.text("shown.empty"), NODE_SIZE, anchor="start"), 320.0, 50.0
    name = {step.activity: f"s{place}" for place, step in enumerate(chosen.steps)}
    texts = {
        step.activity: svg.wrap(svg.clean(sheet.names[step.activity]), NODE_SIZE, 160, 200) for step in chosen.steps
    }
    loops = {way.source for way in chosen.ways if way.source == way.target}
    boxes = [Box(name[s.activity], *_size(texts[s.activity], s, sheet, s.activity in loops)) for s in chosen.steps]
    boxes = ([Box(BEGIN, TERMINAL, TERMINAL, True)] if chosen.starts else []) + boxes
    boxes += [Box(END, TERMINAL, TERMINAL, True)] if chosen.ends else []
    arrows = _arrows(sheet, chosen, name)
    drawn = {box.name for box in boxes}
    places = lay_out(
        boxes,
        _links(arrows, [BEGIN, *(name[activity] for activity in main_path(chosen)), END]),
        begin=BEGIN if BEGIN in drawn else None,
        end=END if END in drawn else None,
        lanes=_lanes(sheet, name) if sheet.lanes else None,
    )
    top = MARGIN + (HEADER if places.bands else 0.0)
    body = (
        _bands(sheet, places)
        + _lines(sheet, arrows, places)
        + _nodes(sheet, chosen, texts, places, boxes, name)
        + _terminals(sheet, places)
    )
    moved = f'<g transform="translate({svg.px(MARGIN)} {svg.px(top)})">{body}</g>'
    return moved, places.width + 2 * MARGIN, places.height + top + MARGIN


def _lanes(sheet: Sheet, name: Mapping[str, str]) -> Lanes:
    widths = {lane: svg.text_width(text, LANE_SIZE) + 20 for lane, text in sheet.lane_names.items()}
    return Lanes({here: sheet.lanes[activity] for activity, here in name.items()}, tuple(sheet.lane_names), widths)


def _size(lines: list[str], step: Step, sheet: Sheet, loop: bool) -> tuple[float, float]:
    widest = max(svg.text_width(line, NODE_SIZE) for line in lines)
    counted = max(svg.text_width(lens.steps[step.activity].text, COUNT_SIZE) for lens in sheet.lenses) + 12
    return max(NARROW, round(max(widest, counted) + 22)), 27.0 + 16.0 * len(lines) + (LOOP if loop else 0.0)


def _arrows(sheet: Sheet, chosen: Selection, name: Mapping[str, str]) -> list[_Arrow]:
    words, number, found = sheet.speaker.words, sheet.speaker.number, []
    most = max((way.count for way in chosen.ways), default=1)
    for way in chosen.ways:
        pair = way.source, way.target
        marks = tuple(lens.ways[pair] for lens in sheet.lenses)
        counts = words.text("way.counts", count=number(way.count), cases=number(way.cases))
        said = "; ".join([counts, *dict.fromkeys(mark.said for mark in marks if mark.said)])
        title = f"{sheet.names[way.source]} → {sheet.names[way.target]}: {said}"
        thick = sheet.thick.get(pair, min(1.0, way.count / max(1, most)))
        found.append(_Arrow(name[way.source], name[way.target], way.count, marks, title, False, thick))
    for key, end in (("begin", chosen.starts), ("end", chosen.ends)):
        for activity, many in end:
            count, here = number(many), words.text(key)
            ends = (BEGIN, name[activity]) if key == "begin" else (name[activity], END)
            said = " → ".join((here, sheet.names[activity]) if key == "begin" else (sheet.names[activity], here))
            share = min(1.0, many / max(1, most))
            look = f"way{1 + min(4, int(5 * share**0.6))}"
            marks = tuple(Mark(look, "", count) if lens.counts else Mark("way1", "", "") for lens in sheet.lenses)
            found.append(_Arrow(*ends, many, marks, f"{said}: {count}", True, share))
    return found


def _links(arrows: Sequence[_Arrow], path: Sequence[str]) -> list[Link]:
    spine = set(pairwise(path))
    pulls = [STRAIGHT if (a.source, a.target) in spine else 1.0 for a in arrows]
    return [Link(a.source, a.target, a.count, _label_sizes(a), p) for a, p in zip(arrows, pulls, strict=True)]


def _label_sizes(arrow: _Arrow) -> tuple[tuple[float, float], ...]:
    """The room a label needs whatever the lens: in one line, and where one of its texts can be broken in two."""
    whole = [(mark.text,) for mark in arrow.marks if mark.text]
    broken = [tuple(mark.text.split(BY_SIGN, 1)) for mark in arrow.marks if mark.text]
    forms: list[list[tuple[str, ...]]] = [list(whole)] if whole == broken else [list(whole), broken]
    return tuple((max(map(_widest, form)) + 6, max(map(len, form)) * LINE + 3) for form in forms if form)


def _widest(lines: Iterable[str]) -> float:
    return max(svg.text_width(line, LABEL_SIZE, bold=False) for line in lines)


def _bands(sheet: Sheet, places: Layout) -> str:
    """The lanes behind everything, each with its name above."""
    parts = []
    for place, band in enumerate(places.bands):
        left, right = band.left, band.right
        parts.append(
            f'<g data-lane="{svg.escaped(band.name)}">'
            + sheet.pen.tag(
                "rect", f"band{place % 2}", x=left, y=-HEADER, width=right - left, height=places.height + HEADER
            )
            + sheet.pen.text(
                "quiet", (left + right) / 2, 16 - HEADER, sheet.lane_names[band.name], LANE_SIZE, bold=True
            )
            + "</g>"
        )
    return "".join(parts)


def _lines(sheet: Sheet, arrows: list[_Arrow], places: Layout) -> str:
    """Lines, light ones first so that heavy ones cross over them; labels last, over all lines."""
    pen, drawn, written = sheet.pen, [], []
    for k in sorted(range(len(arrows)), key=lambda k: (arrows[k].thick, -k)):
        a = arrows[k]
        ends = f'data-from="{a.source.strip() or "begin"}" data-to="{a.target.strip() or "end"}"'
        thick = 1.3 + 4.2 * a.thick**0.75
        line, head = svg.arrow(places.lines[k], 6.5 + 0.9 * thick, 3.0 + 0.8 * thick)
        path, look = svg.rounded(line), a.marks[0].look
        dash = {"stroke_dasharray": "3 3"} if a.terminal else {}
        drawn.append(
            f"<g {ends}{_looks(sheet, a.marks)}><title>{svg.escaped(a.title)}</title>"
            + pen.tag("path", "halo", d=path, stroke_width=thick + 3)
            + pen.tag("path", "end" if a.terminal else "way", look, d=path, stroke_width=thick, **dash)
            + pen.tag("path", "head", look, d=head)
            + "</g>"
        )
        label = places.labels[k]
        if label is not None:
            written.append(f"<g {ends}>{_label(sheet, a, places.lines[k], *label)}</g>")
    labels = f'<g{pen.colours("label")} font-size="{svg.px(LABEL_SIZE)}" text-anchor="middle">{"".join(written)}</g>'
    return f'<g aria-hidden="true">{"".join(drawn)}{labels}</g>'


def _looks(sheet: Sheet, marks: Sequence[Mark]) -> str:
    """The looks of a step or way as classes; on paper its one look is named where it is drawn."""
    if sheet.pen.inline:
        return ""
    letters = [letter for letter, _ in lettered(lens.key for lens in sheet.lenses)]
    classes = " ".join(f"{letter}-{mark.look}" for letter, mark in zip(letters, marks, strict=True))
    return f' class="{classes}"'


def _by_lens(sheet: Sheet, drawn: Sequence[str]) -> str:
    """What each lens shows at one place, the same drawing once; nothing round it where there is one lens only."""
    if len(drawn) == 1:
        return drawn[0]
    letters: dict[str, list[str]] = {}
    for (letter, _), one in zip(lettered(lens.key for lens in sheet.lenses), drawn, strict=True):
        letters.setdefault(one, []).append(letter)
    return "".join(f'<g class="l {" ".join(found)}">{one}</g>' for one, found in letters.items() if one)


def _label(
    sheet: Sheet, arrow: _Arrow, line: Sequence[tuple[float, float]], form: int, centre: tuple[float, float]
) -> str:
    """What each lens says of a way, in the room of the widest: a shorter text stands at its line's side of it."""
    width = _label_sizes(arrow)[form][0] - 6
    along = _along(line, centre)
    side = 0 if along else _side_of(line, centre, width, _label_sizes(arrow)[form][1])
    drawn = []
    for mark in arrow.marks:
        lines = mark.text.split(BY_SIGN, 1) if form else [mark.text]
        moved = side * (width - _widest(lines)) / 2
        ground = sheet.pen.inline or along
        drawn.append(_written(sheet.pen, lines, centre[0] + moved, centre[1], ground) if mark.text else "")
    return _by_lens(sheet, drawn)


def _along(line: Sequence[tuple[float, float]], centre: tuple[float, float]) -> bool:
    """Whether a label lies on a level stretch of its line, which would show between its words."""
    (x, y) = centre
    return any(
        abs(a[1] - b[1]) < 1 and abs(a[1] - y) < LINE and min(a[0], b[0]) < x < max(a[0], b[0])
        for a, b in pairwise(line)
    )


def _side_of(line: Sequence[tuple[float, float]], centre: tuple[float, float], width: float, height: float) -> int:
    """On which side of a label its own upright line runs: -1 left, 1 right, 0 where the label lies on its line."""
    (x, y), gaps = centre, []
    for (x0, y0), (x1, y1) in pairwise(line):
        if abs(x0 - x1) < 1 and min(y0, y1) < y + height / 2 and max(y0, y1) > y - height / 2:
            gaps.append(x0 - x)
    nearest = min(gaps, key=abs, default=0.0)
    return 0 if abs(nearest) < width / 2 or not gaps else (1 if nearest > 0 else -1)


def _written(pen: LookPen, lines: Sequence[str], x: float, y: float, ground: bool) -> str:
    """A label: on the screen its letters have a rim; on paper and on its own line it stands on a ground."""
    w, h = _widest(lines) + 4, len(lines) * LINE + 1
    at = [(svg.px(y - h / 2 + LINE * (k + 0.83)), svg.escaped(line)) for k, line in enumerate(lines)]
    under = pen.tag("rect", "ground", x=x - w / 2, y=y - h / 2, width=w, height=h, rx=3) if ground else ""
    return under + "".join(f'<text x="{svg.px(x)}" y="{low}">{line}</text>' for low, line in at)


def _nodes(
    sheet: Sheet,
    chosen: Selection,
    texts: Mapping[str, list[str]],
    places: Layout,
    boxes: list[Box],
    name: Mapping[str, str],
) -> str:
    """The steps as they are read: from the top down, in one row from left to right."""
    pen, size, parts = sheet.pen, {box.name: (box.width, box.height) for box in boxes}, []
    order = sorted(chosen.steps, key=lambda step: (places.centres[name[step.activity]][::-1], name[step.activity]))
    for step in order:
        here, marks = name[step.activity], [lens.steps[step.activity] for lens in sheet.lenses]
        (x, y), (w, h) = places.centres[here], size[here]
        lines = texts[step.activity]
        top = y - (27.0 + 16.0 * len(lines)) / 2
        counts = [_count(pen, mark, x, 2 * y - top - 10) for mark in marks]
        side = f' data-side="{sheet.begun[step.activity]}"' if step.activity in sheet.begun else ""
        parts.append(
            f'<g data-step="{here}"{side}{_looks(sheet, marks)}>'
            f"<title>{svg.escaped(_said_of(step, marks, sheet))}</title>"
            + pen.tag("rect", "box", marks[0].look, x=x - w / 2, y=y - h / 2, width=w, height=h, rx=7, stroke_width=1.5)
            + "".join(pen.text("text", x, top + 18 + 16 * k, one, NODE_SIZE, bold=True) for k, one in enumerate(lines))
            + _by_lens(sheet, counts)
            + "</g>"
        )
    return "".join(parts)


def _count(pen: LookPen, mark: Mark, x: float, low: float) -> str:
    """Sign and text of a step under its name."""
    room = 12.0 if mark.sign else 0.0
    start = x - (svg.text_width(mark.text, COUNT_SIZE, bold=False) + room) / 2
    text = pen.text("ink", start + room, low, mark.text, COUNT_SIZE, look=mark.look, anchor="start")
    return pen.symbol(mark.sign, mark.look, start + 4, low - 4) + text


def _said_of(step: Step, marks: Sequence[Mark], sheet: Sheet) -> str:
    """What a step says when pointed at or focused: its counts, who begins it, who acts, and what the lenses show."""
    words, number = sheet.speaker.words, sheet.speaker.number
    parts = [words.text("step.events", count=number(step.events), cases=number(step.cases))]
    if sheet.events:
        parts.append(words.text("step.share", share=share_text(min(1.0, step.events / sheet.events), words)))
    begun: dict[str, int] = {}
    for code, count in step.initiators:
        side = sheet.speaker.sides.get(code, "unknown")
        begun[side] = begun.get(side, 0) + count
    who = _listed({words.text(f"side.{side}"): begun[side] for side in SIDES if side in begun}, sheet)
    functions = functions_of(step)
    acted = _listed({lane_name(words, code): count for code, count in functions.items()}, sheet)
    known = share_text(min(1.0, sum(functions.values()) / max(1, step.events)), words)
    parts += [words.text("step.begun", shares=who)] if who else []
    parts += [words.text("step.acted", shares=acted, known=known)] if acted else []
    return f"{sheet.names[step.activity]}: {'; '.join([*parts, *(mark.said for mark in marks if mark.said)])}"


def _listed(parts: Mapping[str, int], sheet: Sheet) -> str:
    words, total = sheet.speaker.words, sum(parts.values())
    return ", ".join(
        words.text("step.part", name=name, share=share_text(count / total, words))
        for name, count in parts.items()
        if count
    )


def lane_name(words: Words, code: str) -> str:
    """A function's name; its code where nobody named it."""
    return words.maybe(f"lane.{code or 'unknown'}") or code


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
        title = svg.escaped(sheet.speaker.words.text("begin" if end == BEGIN else "end"))
        parts.append(f"<g><title>{title}</title>{pen.tag('circle', look, cx=x, cy=y, r=r)}{inner}</g>")
    return "".join(parts)
