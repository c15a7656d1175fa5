"""The map as tables, for those who do not see it: steps and ways with every figure of every lens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from procmine.model import Model, Step
from procmine.report.maps.drawing import lane_name
from procmine.report.maps.lenses import SHARES, Format, share_text, share_words
from procmine.report.maps.process_map import Pair, load_words, named
from procmine.report.maps.selection import all_transitions, functions_of, lane_of, shipped_sides, sides_of
from procmine.report.words import Words


@dataclass(frozen=True, slots=True)
class MapTable:
    """A heading a column, rows of text, the most frequent first; ``words`` is how many columns are not numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int


def ways_table(
    model: Model,
    labels: Mapping[str, str],
    *,
    language: str,
    number: Format,
    duration: Format,
    shown: Iterable[Pair] | None = None,
) -> MapTable:
    """The ways with counts, times and shares: all of them, or those ``shown`` (``Map.shown_ways``)."""
    words = load_words(language)
    wanted = None if shown is None else set(shown)
    total = all_transitions(model)
    ways = [way for way in model.ways if wanted is None or (way.source, way.target) in wanted]

    def time(seconds: float | None) -> str:
        return words.text("unknown_time") if seconds is None else duration(seconds)

    rows = tuple(
        (
            named(way.source, labels, words),
            named(way.target, labels, words),
            number(way.count),
            share_text(way.count / total, words) if total else "",
            number(way.cases),
            time(way.median_seconds),
            time(way.working_seconds),
            *(share_words(getattr(way.steering, share), words) for share in SHARES.values()),
        )
        for way in sorted(ways, key=lambda way: (-way.count, way.source, way.target))
    )
    keys = ("source", "target", "count", "share", "cases", "median", "working", *SHARES)
    days = words.text("working.lands" if any(model.lands) else "working.plain")
    return MapTable(tuple(days if key == "working" else words.text(f"table.{key}") for key in keys), rows, 2)


def steps_table(
    model: Model,
    labels: Mapping[str, str],
    *,
    language: str,
    number: Format,
    shown: Iterable[str] | None = None,
    sides: Mapping[str, str] | None = None,
) -> MapTable:
    """The steps with counts, who acts, who begins, and shares: all, or those ``shown`` (``Map.shown_steps``)."""
    words = load_words(language)
    sides = shipped_sides() if sides is None else sides
    wanted = None if shown is None else set(shown)
    steps = [step for step in model.steps if wanted is None or step.activity in wanted]
    rows = tuple(
        (
            named(step.activity, labels, words),
            _acted(step, words),
            _began(step, sides, words),
            number(step.events),
            share_text(min(1.0, step.events / model.events), words) if model.events else "",
            number(step.cases),
            *(share_words(getattr(step.steering, share), words) for share in SHARES.values()),
        )
        for step in sorted(steps, key=lambda step: (-step.events, step.activity))
    )
    keys = ("step", "acts", "begins", "events", "share_events", "cases", *SHARES)
    return MapTable(tuple(words.text(f"table.{key}") for key in keys), rows, 3)


def _acted(step: Step, words: Words) -> str:
    """The function that mostly acts, with its share of the events where that is known."""
    acted, lane = functions_of(step), lane_of(step)
    if not acted:
        return words.text("mark.not_recorded")
    return words.text(
        "step.part", name=lane_name(words, lane), share=share_text(acted[lane] / sum(acted.values()), words)
    )


def _began(step: Step, sides: Mapping[str, str], words: Words) -> str:
    found = sides_of(step, sides)
    if not found:
        return words.text("mark.not_recorded")
    side = min(found, key=lambda side: (-found[side], side))
    share = share_text(found[side] / sum(found.values()), words)
    return words.text("step.part", name=words.text(f"side.{side}"), share=share)
