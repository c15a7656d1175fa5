"""Two models of different cases beside each other: by step and way the difference of the shares of cases.

Both models have left the privacy door. What is too rare to be shown in one of them counts as absent in both: a number
that stood on one side only, beside the sum of both, would give the other side away (reliability.md 5.2, R8).

The interval is Newcombe's hybrid of two Wilson intervals (Statistics in Medicine 17 (1998) 873-890, method 10), as
far out as rounding could have moved it: a released count is off by up to half its base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmine.model import Model, Step, Way
from procmine.privacy.profile import Profile
from procmine.stats.contrast import newcombe
from procmine.stats.intervals import Interval, wilson

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """First share of cases less second, with its interval; ``verdict`` is "first", "second" or "same" (holds 0)."""

    first: float
    second: float
    value: float
    interval: Interval
    verdict: str


@dataclass(frozen=True, slots=True)
class Differences:
    """The steps and ways both models show, and how many stand in one of them only."""

    steps: Mapping[str, Difference]
    ways: Mapping[Pair, Difference]
    other_steps: int
    other_ways: int


def differences(first: Model, second: Model, profile: Profile) -> Differences:
    """The differences of two models released under ``profile``, whose cases are different ones."""
    cases, off = (first.cases, second.cases), profile.base // 2
    steps = [{step.activity: step.cases for step in model.steps} for model in (first, second)]
    ways = [{(way.source, way.target): way.cases for way in model.ways} for model in (first, second)]
    shown = {
        name: _difference((count, steps[1][name]), cases, off) for name, count in steps[0].items() if name in steps[1]
    }
    drawn = {
        pair: _difference((count, ways[1][pair]), cases, off)
        for pair, count in ways[0].items()
        if pair in ways[1] and set(pair) <= shown.keys()
    }
    return Differences(
        shown, drawn, len(steps[0].keys() ^ steps[1].keys()), len(ways[0].keys() | ways[1].keys()) - len(drawn)
    )


def _difference(counts: tuple[int, int], cases: tuple[int, int], off: int) -> Difference:
    first, second = (min(1.0, count / max(1, of)) for count, of in zip(counts, cases, strict=True))
    low = _bounds((counts[0] - off, counts[1] + off), (cases[0] + off, cases[1] - off))[0]
    high = _bounds((counts[0] + off, counts[1] - off), (cases[0] - off, cases[1] + off))[1]
    verdict = "first" if low > 0 else "second" if high < 0 else "same"
    return Difference(first, second, first - second, (max(-1.0, low), min(1.0, high)), verdict)


def _bounds(counts: tuple[int, int], cases: tuple[int, int]) -> Interval:
    """Newcombe's interval of two shares, the counts held to what is possible."""
    of = [max(1, many) for many in cases]
    hits = [min(max(0, count), many) for count, many in zip(counts, of, strict=True)]
    sides = [wilson(hit, many) for hit, many in zip(hits, of, strict=True)]
    return newcombe(hits[0] / of[0], sides[0], hits[1] / of[1], sides[1])


def together(first: Model, second: Model, found: Differences) -> Model:
    """What both models show as one model to draw: counts added, nothing of who steers."""
    steps = {step.activity: step for step in second.steps}
    ways = {(way.source, way.target): way for way in second.ways}
    return Model(
        steps=tuple(_step(step, steps[step.activity]) for step in first.steps if step.activity in found.steps),
        ways=tuple(
            _way(way, ways[way.source, way.target]) for way in first.ways if (way.source, way.target) in found.ways
        ),
        variants=(),
        variant_count=0,
        cases=first.cases + second.cases,
        events=first.events + second.events,
        algorithm=first.algorithm,
        noise=first.noise,
        tree=None,
        net=None,
        quality=None,
    )


def _step(one: Step, other: Step) -> Step:
    starts = one.starts + other.starts if one.starts and other.starts else 0
    ends = one.ends + other.ends if one.ends and other.ends else 0
    return Step(one.activity, one.events + other.events, one.cases + other.cases, starts, ends, one.steering, ())


def _way(one: Way, other: Way) -> Way:
    return Way(one.source, one.target, one.count + other.count, one.cases + other.cases, None, None, one.steering)
