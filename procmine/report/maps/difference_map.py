"""The difference map: where the cases of two groups or periods take different ways, and where that is certain.

One drawing of what both groups show. Direction is told by colour *and* sign; where the interval holds 0 a step or way
is grey and bears no number. The tables hold every number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procmine.model import Model
from procmine.privacy.profile import Profile, Released, join, profile_named
from procmine.report.maps.differences import Difference, Differences, differences, together
from procmine.report.maps.drawing import Sheet
from procmine.report.maps.lenses import Entry, Format, Lens, Mark, Speaker, share_text
from procmine.report.maps.pen import LookPen
from procmine.report.maps.process_map import Legend, Pair, legend, load_words, named, rendered
from procmine.report.maps.selection import ENOUGH, MAX_STEPS, MAX_WAYS, select
from procmine.report.maps.tables import MapTable
from procmine.report.words import Words

VERDICTS = ("first", "second", "same")
UNSURE = 0.3  # how much thinner a line is whose difference is not certain
SIGNS = {"first": "▲ ", "second": "▼ "}
UNSURE_SIGN = "≈"


@dataclass(frozen=True, slots=True)
class DifferenceMap:
    """A drawn difference map, what it says in words, its legend, and its tables of steps and ways."""

    svg: str
    width: float
    height: float
    title: str
    alt: str
    notes: tuple[str, ...]
    legend: Legend
    shown_steps: tuple[str, ...]
    shown_ways: tuple[Pair, ...]
    differences: Differences
    steps: MapTable
    ways: MapTable


def draw_difference(
    first: Released[Model],
    second: Released[Model],
    names: tuple[str, str],
    *,
    labels: Mapping[str, str],
    language: str,
    number: Format,
    max_steps: int = MAX_STEPS,
    max_ways: int = MAX_WAYS,
    inline: bool = False,
) -> Released[DifferenceMap]:
    """The difference map of two models whose cases are different ones: two offices, teams, segments, or periods.

    ``names`` are what the two are called. ``labels`` names activities; ``inline`` writes colours as attributes, for
    paper. Raises PrivacyError where the two were released under different profiles.
    """
    words, profile = load_words(language), profile_named(first.profile)
    speaker = Speaker(words, number, lambda seconds: "", {})
    limits = (max_steps, max_ways)
    return join(first, second).map(
        lambda both: _drawn(both[0], both[1], profile, names, labels, speaker, limits, inline)
    )


def data(shown: DifferenceMap) -> dict[str, Any]:
    """The differences as the command line's JSON: shares, difference and interval in full precision, verdict."""

    def said(one: Difference) -> dict[str, Any]:
        low, high = one.interval
        shares = {"first": one.first, "second": one.second, "difference": one.value}
        return {**shares, "interval": [low, high], "verdict": one.verdict}

    found = shown.differences
    return {
        "steps": [{"activity": name, **said(one)} for name, one in sorted(found.steps.items())],
        "ways": [{"source": a, "target": b, **said(one)} for (a, b), one in sorted(found.ways.items())],
        "left_out": {"steps": found.other_steps, "ways": found.other_ways},
    }


def _drawn(
    first: Model,
    second: Model,
    profile: Profile,
    names: tuple[str, str],
    labels: Mapping[str, str],
    speaker: Speaker,
    limits: tuple[int, int],
    inline: bool,
) -> DifferenceMap:
    words, found = speaker.words, differences(first, second, profile)
    both = together(first, second, found)
    chosen = select(both, *limits, ENOUGH)
    lens = _lens(found, names, words)
    largest = max((abs(found.ways[way.source, way.target].value) for way in chosen.ways), default=0.0)
    sheet = Sheet(
        speaker,
        names={step.activity: named(step.activity, labels, words) for step in chosen.steps},
        begun={},
        lenses=(lens,),
        pen=LookPen(inline),
        lanes={},
        lane_names={},
        thick={
            pair: abs(one.value) / (largest or 1.0) * (UNSURE if one.verdict == "same" else 1.0)
            for pair, one in found.ways.items()
        },
        events=both.events,
    )
    called = {"first": names[0], "second": names[1]}
    title = words.text("difference.title", **called)
    shown_ways = tuple((way.source, way.target) for way in chosen.ways)
    shown = _shown([found.steps[s.activity] for s in chosen.steps], [found.ways[pair] for pair in shown_ways], words)
    sizes = {"first_cases": speaker.number(first.cases), "second_cases": speaker.number(second.cases)}
    alt = words.text("difference.alt", **called, **sizes, what=shown)
    left_out = words.text(
        "difference.left_out",
        steps=words.counted("difference.steps", found.other_steps),
        ways=words.counted("difference.ways", found.other_ways),
    )
    notes = (f"{shown}.", left_out) if found.other_steps + found.other_ways else (f"{shown}.",)
    text, width, height = rendered(sheet, chosen, " ".join(notes), title, alt)
    return DifferenceMap(
        text, width, height, title, alt,
        (*notes, words.text("difference.limits")),
        legend(lens, words, inline),
        tuple(step.activity for step in chosen.steps), shown_ways, found,
        _steps_table(found, names, labels, words), _ways_table(found, names, labels, words),
    )  # fmt: skip


def _lens(found: Differences, names: tuple[str, str], words: Words) -> Lens:
    called = {"first": names[0], "second": names[1]}
    entries = [
        Entry("box", key, "" if key == "same" else key, words.text(f"difference.{key}", **called)) for key in VERDICTS
    ]
    texts = [words.text("difference.way", **called), words.text("difference.limits")]
    return Lens(
        "difference",
        {name: _mark(one, names, words, one.verdict, UNSURE_SIGN) for name, one in found.steps.items()},
        {pair: _mark(one, names, words, "", "") for pair, one in found.ways.items()},
        (*entries, *(Entry("text", "", "", text) for text in texts)),
    )


def _mark(one: Difference, names: tuple[str, str], words: Words, sign: str, unsure: str) -> Mark:
    """A step bears its sign as a shape, a way in its label."""
    said = words.text(
        "difference.said",
        first=names[0],
        second=names[1],
        first_share=share_text(one.first, words),
        second_share=share_text(one.second, words),
        points=_points(one.value, words),
        interval=_interval(one, words),
    )
    if one.verdict == "same":
        return Mark("same", "", unsure, said)
    text = _points(one.value, words)
    return Mark(one.verdict, sign, text if sign else SIGNS[one.verdict] + text, said)


def _points(value: float, words: Words) -> str:
    return words.text("difference.points", value=_signed(value, words))


def _signed(value: float, words: Words) -> str:
    """Percentage points with their sign: whole ones, below one a tenth."""
    number = words.number(100 * value, 0 if abs(value) >= 0.01 else 1)
    return f"+{number}" if value > 0 and number.strip("0.,") else number


def _interval(one: Difference, words: Words) -> str:
    low, high = (_signed(side, words) for side in one.interval)
    return words.text("difference.interval", low=low, high=high)


def _shown(steps: list[Difference], ways: list[Difference], words: Words) -> str:
    if not steps:
        return words.text("difference.nothing")

    def differ(found: list[Difference]) -> int:
        return sum(one.verdict != "same" for one in found)

    return words.text(
        "difference.shown",
        steps=words.counted("difference.steps", len(steps)),
        ways=words.counted("difference.ways", len(ways)),
        steps_differ=words.counted("difference.steps", differ(steps)),
        ways_differ=words.counted("difference.ways", differ(ways)),
    )


def _steps_table(found: Differences, names: tuple[str, str], labels: Mapping[str, str], words: Words) -> MapTable:
    rows = sorted(found.steps.items(), key=lambda item: (-abs(item[1].value), item[0]))
    return MapTable(
        (words.text("table.step"), *_head(names, words)),
        tuple((named(name, labels, words), *_cells(one, names, words)) for name, one in rows),
        1,
    )


def _ways_table(found: Differences, names: tuple[str, str], labels: Mapping[str, str], words: Words) -> MapTable:
    rows = sorted(found.ways.items(), key=lambda item: (-abs(item[1].value), item[0]))
    return MapTable(
        (words.text("table.source"), words.text("table.target"), *_head(names, words)),
        tuple(
            (named(source, labels, words), named(target, labels, words), *_cells(one, names, words))
            for (source, target), one in rows
        ),
        2,
    )


def _head(names: tuple[str, str], words: Words) -> tuple[str, ...]:
    return (*names, *(words.text(f"table.{key}") for key in ("difference", "interval", "verdict")))


def _cells(one: Difference, names: tuple[str, str], words: Words) -> tuple[str, ...]:
    return (
        share_text(one.first, words),
        share_text(one.second, words),
        _points(one.value, words),
        _interval(one, words),
        words.text(f"difference.verdict_{one.verdict}", first=names[0], second=names[1]),
    )
