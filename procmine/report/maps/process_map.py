"""The process map: a model as SVG, with its alternative text and its legends.

The map says what it leaves out. What a lens shows, it shows by colour *and* sign or text; what is mostly not recorded
is said to be so and never counted for the job centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from procmine import content
from procmine.model import Model
from procmine.report.maps import svg
from procmine.report.maps.colours import SIDES
from procmine.report.maps.drawing import Sheet, drawing, lane_name
from procmine.report.maps.lenses import LENSES, Entry, Format, Lens, Speaker, lenses, share_text
from procmine.report.maps.looks import style_sheet
from procmine.report.maps.notes import noted, swatch
from procmine.report.maps.pen import LookPen
from procmine.report.maps.selection import (
    ENOUGH,
    MAX_STEPS,
    MAX_WAYS,
    Selection,
    coverage,
    lane_of,
    main_path,
    select,
    shipped_functions,
    shipped_sides,
    side_of,
)
from procmine.report.words import Words, flat

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Map:
    """A drawn map and what it shows of the model.

    ``share_cases`` is the share of cases whose whole course is drawn, None where the model holds no variants;
    ``at_least`` says that it is a lower bound because the model holds only the most frequent ones.
    ``share_transitions`` is None where there are none. ``lanes`` are those drawn, by their codes ("" is not recorded).
    """

    svg: str
    width: float
    height: float
    alt: str
    note: str
    shown_steps: tuple[str, ...]
    shown_ways: tuple[Pair, ...]
    all_steps: int
    all_ways: int
    share_transitions: float | None
    share_cases: float | None
    at_least: bool
    legends: tuple[Legend, ...]
    lanes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Legend:
    """A lens by its key and name, the question it asks, and its legend: what each swatch (SVG, "" for none) means."""

    key: str
    name: str
    question: str
    entries: tuple[tuple[str, str], ...]


def draw(
    model: Model,
    *,
    labels: Mapping[str, str],
    language: str,
    number: Format,
    duration: Format,
    max_steps: int = MAX_STEPS,
    max_ways: int = MAX_WAYS,
    enough: float = ENOUGH,
    inline: bool = False,
    notes: bool = True,
    lens: str = "overview",
    lanes: bool = False,
    sides: Mapping[str, str] | None = None,
) -> Map:
    """The map of a model as SVG.

    ``labels`` names activities (an activity not in it stands as it is). ``inline`` writes colours as attributes, for
    paper: then only ``lens`` is drawn; else all are, and ``lens`` is the first. ``notes`` puts legend and what is shown
    under the drawing. ``lanes`` puts each step in the lane of the function that mostly acts in it. ``sides`` says who
    an initiator code belongs to (as shipped in event_logs/vocabulary.toml). Raises LayoutError where a line cannot be
    drawn.
    """
    words = load_words(language)
    chosen = select(model, max_steps, max_ways, enough)
    speaker = Speaker(words, number, duration, shipped_sides() if sides is None else sides, model.lands)
    keys = (lens,) if inline else tuple(sorted(LENSES, key=lambda key: key != lens))
    found = _lanes_of(chosen) if lanes else {}
    sheet = Sheet(
        speaker,
        names={step.activity: named(step.activity, labels, words) for step in chosen.steps},
        begun={step.activity: side_of(step, speaker.sides) for step in chosen.steps},
        lenses=lenses(chosen, speaker, keys),
        pen=LookPen(inline),
        lanes=found,
        lane_names={lane: lane_name(words, lane) for lane in _lane_order(found.values())},
        thick={},
        events=model.events,
    )
    transitions, cases, at_least = coverage(model, chosen)
    shown = _what_is_shown(model, chosen, transitions, cases, at_least, words)
    alt = _alt(chosen, sheet, shown)
    text, width, height = rendered(sheet, chosen, shown if notes else None, words.text("title"), alt)
    return Map(
        text, width, height, alt, shown,
        tuple(step.activity for step in chosen.steps),
        tuple((way.source, way.target) for way in chosen.ways),
        len(model.steps), len(model.ways), transitions, cases, at_least,
        tuple(legend(one, words, inline) for one in sheet.lenses), tuple(sheet.lane_names),
    )  # fmt: skip


def rendered(sheet: Sheet, chosen: Selection, shown: str | None, title: str, alt: str) -> tuple[str, float, float]:
    """The drawing of a sheet as SVG with its width and height; ``shown`` stands under it with the legend, None not."""
    body, width, height = drawing(sheet, chosen)
    if shown is not None and chosen.steps:
        body, width, height = noted(body, width, height, shown, sheet)
    used = {one.key: _looks_of(one) for one in sheet.lenses}
    style = "" if sheet.pen.inline else style_sheet(used)
    return _document(body, width, height, title, alt, sheet.lenses[0].key, style), width, height


def _document(body: str, width: float, height: float, title: str, description: str, lens: str, style: str) -> str:
    """The whole drawing: real text, a name and a description for those who cannot see it."""
    css = f"<style>{style}</style>" if style else ""
    name, said = svg.escaped(title), svg.escaped(description)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pm-map" data-lens="{lens}" role="img" aria-label="{said}" '
        f'viewBox="0 0 {svg.px(width)} {svg.px(height)}" width="{svg.px(width)}" height="{svg.px(height)}" '
        f'font-family="{svg.FONT}"><title>{name}</title><desc>{said}</desc>{css}{body}</svg>'
    )


def _looks_of(lens: Lens) -> set[str]:
    marks = {mark.look for marks in (lens.steps, lens.ways) for mark in marks.values()}
    terminals = {f"way{k}" for k in range(1, 6)}
    return marks | {entry.look for entry in lens.legend if entry.kind in ("box", "way")} | terminals


def legend(lens: Lens, words: Words, inline: bool) -> Legend:
    """A lens's legend with a drawing for each of its entries, coloured by the style sheet of the map."""
    pen = LookPen(inline)
    name, question = words.text(f"lens.{lens.key}.name"), words.text(f"lens.{lens.key}.question")
    return Legend(lens.key, name, question, tuple((_swatch(pen, one), one.text) for one in lens.legend))


def _swatch(pen: LookPen, entry: Entry) -> str:
    drawn, width = swatch(pen, entry, 0, 8)
    if not drawn:
        return ""
    look = "" if pen.inline or entry.kind == "end" else f' class="k-{entry.look}"'
    size = f'viewBox="0 0 {svg.px(width)} 16" width="{svg.px(width)}" height="16"'
    return f'<svg class="pm-map" {size} aria-hidden="true" focusable="false"><g{look}>{drawn}</g></svg>'


def _lanes_of(chosen: Selection) -> dict[str, str]:
    return {step.activity: lane_of(step) for step in chosen.steps}


def _lane_order(lanes: Iterable[str]) -> list[str]:
    """The client's side first, then as the vocabulary has them; what is not recorded last."""
    order = ("client", *shipped_functions())
    rank = {code: place for place, code in enumerate(order)}
    return sorted(set(lanes), key=lambda code: (not code, rank.get(code, len(rank)), code))


@cache
def load_words(language: str) -> Words:
    """The map's texts, from reports/texts/map."""
    return Words(language, flat(content.read_toml(content.one("reports/texts/map", language, ".toml")), language))


def named(activity: str, labels: Mapping[str, str], words: Words) -> str:
    """An activity's name; it has none where the log gave it only blanks."""
    return labels.get(activity, activity).strip() or words.text("unnamed")


def _what_is_shown(
    model: Model, chosen: Selection, transitions: float | None, cases: float | None, at_least: bool, words: Words
) -> str:
    if not chosen.steps:
        return words.text("shown.empty")
    parts = [
        words.text("shown.steps", shown=words.number(len(chosen.steps)), all=words.number(len(model.steps))),
        words.text("shown.ways", shown=words.number(len(chosen.ways)), all=words.number(len(model.ways))),
    ]
    if transitions is not None:
        parts.append(words.text("shown.transitions", share=share_text(transitions, words)))
    if cases is not None:
        form = "shown.courses_at_least" if at_least and cases < 1 else "shown.courses"
        parts.append(words.text(form, share=share_text(cases, words)))
    return ", ".join(parts)


def _alt(chosen: Selection, sheet: Sheet, shown: str) -> str:
    words = sheet.speaker.words
    if not chosen.steps:
        return f"{words.text('title')}. {shown}"
    parts = [words.text("alt.start", what=shown)]
    path = main_path(chosen)
    if len(path) > 1:
        parts.append(words.text("alt.main_path", path=", ".join(sheet.names[activity] for activity in path)))
    found = [(side, sum(who == side for who in sheet.begun.values())) for side in SIDES]
    who = [words.text("alt.side", side=words.text(f"side.{s}"), count=words.number(n)) for s, n in found if n]
    parts.append(words.text("alt.who", sides=", ".join(who)))
    if sheet.lane_names:
        lanes = [
            words.text("alt.side", side=name, count=words.number(sum(lane == code for lane in sheet.lanes.values())))
            for code, name in sheet.lane_names.items()
        ]
        parts.append(words.text("alt.lanes", lanes=", ".join(lanes)))
    return " ".join(parts)
