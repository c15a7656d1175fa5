"""The process map: a model as SVG, with its alternative text, its legend and its table.

The map says what it leaves out. Who begins a step is shown by colour *and* sign; where that is mostly not recorded, it
is said so and never counted for the job centre.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from procmine import content
from procmine.model import Model
from procmine.report import svg
from procmine.report.map_colours import LIGHT, SIDES
from procmine.report.map_drawing import Format, Sheet, drawing, noted, share_text
from procmine.report.map_selection import (
    ENOUGH,
    MAX_STEPS,
    MAX_WAYS,
    Selection,
    all_transitions,
    coverage,
    main_path,
    select,
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
    ``share_transitions`` is None where there are none. ``sides`` are those present among the shown steps, for the
    legend.
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
    sides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend: a side with its light colours (``fill``, ``stroke``) and sign, or what a line means."""

    key: str
    sign: str
    text: str
    fill: str
    stroke: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class TransitionTable:
    """The map as a table: a heading a column, rows of text, the most frequent way first."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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
    sides: Mapping[str, str] | None = None,
) -> Map:
    """The map of a model as SVG.

    ``labels`` names activities (an activity not in it stands as it is); ``inline`` writes colours as attributes, for
    paper; ``notes`` puts legend and what is shown under the drawing; ``sides`` says who an initiator code belongs to
    (as shipped in event_logs/vocabulary.toml). Raises LayoutError where a line cannot be drawn.
    """
    words = load_words(language)
    chosen = select(model, max_steps, max_ways, enough)
    sides = shipped_sides() if sides is None else sides
    names = {step.activity: _named(step.activity, labels, words) for step in chosen.steps}
    begun = {step.activity: side_of(step, sides) for step in chosen.steps}
    transitions, cases, at_least = coverage(model, chosen)
    present = tuple(side for side in SIDES if side in begun.values())
    shown = _what_is_shown(model, chosen, transitions, cases, at_least, words)
    alt = _alt(chosen, names, begun, shown, words)
    sheet = Sheet(words, number, duration, names, begun, sides, svg.Pen(inline))
    body, width, height = drawing(sheet, chosen)
    if notes:
        body, width, height = noted(body, width, height, present, shown, sheet)
    return Map(
        svg.document(body, width, height, words.text("title"), alt, inline),
        width, height, alt, shown,
        tuple(step.activity for step in chosen.steps),
        tuple((way.source, way.target) for way in chosen.ways),
        len(model.steps), len(model.ways), transitions, cases, at_least, present,
    )  # fmt: skip


@cache
def load_words(language: str) -> Words:
    """The map's texts, from reports/texts/map."""
    return Words(language, flat(content.read_toml(content.one("reports/texts/map", language, ".toml")), language))


def _named(activity: str, labels: Mapping[str, str], words: Words) -> str:
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


def _alt(chosen: Selection, names: Mapping[str, str], begun: Mapping[str, str], shown: str, words: Words) -> str:
    if not chosen.steps:
        return f"{words.text('title')}. {shown}"
    parts = [words.text("alt.start", what=shown)]
    path = main_path(chosen)
    if len(path) > 1:
        parts.append(words.text("alt.main_path", path=", ".join(names[activity] for activity in path)))
    found = [(side, sum(who == side for who in begun.values())) for side in SIDES]
    who = [words.text("alt.side", side=words.text(f"side.{s}"), count=words.number(n)) for s, n in found if n]
    return " ".join([*parts, words.text("alt.who", sides=", ".join(who))])


def legend(language: str, sides: Collection[str] | None = None) -> tuple[LegendEntry, ...]:
    """The legend as data: an entry a side (all, or those given, as in ``Map.sides``), then what ends and lines mean."""
    words = load_words(language)
    signs = {"client": "●", "office": "■", "third": "▲", "system": "◆", "unknown": "○"}
    shown = [side for side in SIDES if sides is None or side in sides]
    entries = [
        LegendEntry(side, signs[side], words.text(f"legend.{side}"), look["fill"], look["stroke"], side == "unknown")
        for side in shown
        for look in (LIGHT[side],)
    ]
    ends = [("begin", "▶"), ("finish", "■")]
    entries += [
        LegendEntry(key, sign, words.text(f"legend.{key}"), LIGHT[key]["fill"], "", False) for key, sign in ends
    ]
    return (*entries, LegendEntry("way", "→", words.text("legend.way"), "", LIGHT["way4"]["stroke"], False))


def transitions_table(
    model: Model,
    labels: Mapping[str, str],
    *,
    language: str,
    number: Format,
    duration: Format,
    shown: Iterable[Pair] | None = None,
) -> TransitionTable:
    """The ways as a table, for those who do not see the map: all ways, or those ``shown`` (``Map.shown_ways``)."""
    words = load_words(language)
    wanted = None if shown is None else set(shown)
    total = all_transitions(model)
    ways = [way for way in model.ways if wanted is None or (way.source, way.target) in wanted]
    rows = tuple(
        (
            _named(way.source, labels, words),
            _named(way.target, labels, words),
            number(way.count),
            share_text(way.count / total, words) if total else "",
            number(way.cases),
            words.text("unknown_time") if way.median_seconds is None else duration(way.median_seconds),
        )
        for way in sorted(ways, key=lambda way: (-way.count, way.source, way.target))
    )
    keys = ("source", "target", "count", "share", "cases", "median")
    return TransitionTable(tuple(words.text(f"table.{key}") for key in keys), rows)
