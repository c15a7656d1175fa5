"""Survival: the share that happened within the horizon, and the days until half had happened."""

from __future__ import annotations

from procmine.findings import Further, Measurement, Status
from procmine.measure.days import DaySums
from procmine.measure.judge.status import (
    LEAST_EFFECTIVE,
    Circumstances,
    Reason,
    Verdict,
    too_few_independent,
    weigh,
)
from procmine.metric import Metric
from procmine.stats.survival import at, day_of, happened_by, product_limit, watched


def judge_days(metric: Metric, sums: DaySums, around: Circumstances) -> Measurement:
    """``denominator`` counts the known items; there is no numerator, since censored items are neither hit nor miss."""
    horizon = metric.horizon or 0
    known = sums.items - sums.unknown_items
    coverage = known / sums.items if sums.items else None
    steps = product_limit(sums.days)
    seen = watched(steps, horizon)
    found = happened_by(steps, horizon, by_cases=sums.by_cases, trials=sums.watched_cases) if seen else None
    status, reason = weigh(
        known, sums.items, coverage, sums.known_cases, around, _objection(horizon, found.effective_n if found else None)
    )
    shown = found is not None and status is not Status.NOT_MEASURABLE
    value = found.value if found and shown else None
    bounds = None
    if found and coverage is not None:
        bounds = found.value * coverage, found.value * coverage + 1 - coverage
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=sums.group,
        period=sums.period,
        value=value,
        numerator=None,
        denominator=known if shown else None,
        items=sums.items,
        cases=sums.cases,
        coverage=coverage,
        bounds=bounds,
        interval=found.interval if found and shown else None,
        status=status,
        reason=reason,
        effective_n=min(found.effective_n, float(known)) if found and shown and found.effective_n else None,
        workers=around.workers,
        known_cases=sums.known_cases,
        further=(_median(sums, horizon),) if status is not Status.NOT_MEASURABLE else (),
    )


def _median(sums: DaySums, horizon: int) -> Further:
    steps = product_limit(sums.days)
    step = at(steps, horizon)
    widened = 1.0
    if sums.by_cases is not None and step is not None and 0 < step.left < 1:
        widened = max(1.0, sums.by_cases / step.variance)
    day, interval = day_of(steps, inflation=widened)
    known = sums.items - sums.unknown_items
    return Further("days", "median", None if day is None else float(day), interval, known, sums.known_cases)


def _objection(horizon: int, effective: float | None) -> Verdict | None:
    if effective is None:
        return Status.INSUFFICIENT_N, _unwatched(horizon)
    return too_few_independent(effective) if effective < LEAST_EFFECTIVE else None


def _unwatched(horizon: int) -> Reason:
    return {
        "de": f"Zu kurz beobachtet: Nach Tag {horizon} stand niemand mehr unter Beobachtung.",
        "en": f"Watched too briefly: nobody was still under observation on day {horizon}.",
    }
