"""Shares, mean indices and mean numbers: a ratio of sums with its parts beside it."""

from __future__ import annotations

from procmine.findings import Further, Measurement, Status
from procmine.measure.judge.status import (
    LEAST_COVERAGE,
    LEAST_EFFECTIVE,
    Circumstances,
    plain,
    too_few_independent,
    weigh,
)
from procmine.measure.sums import Moments, Sums
from procmine.metric import Metric
from procmine.stats.intervals import RatioEstimate, cluster_ratio, coverage_bounds


def judge_sums(metric: Metric, sums: Sums, around: Circumstances) -> Measurement:
    """A share, a mean (both bounded by 1) or a mean number (not bounded, so without worst-case bounds)."""
    known, bounded = sums.known, metric.unit != "number"
    total = known.n + sums.unknown
    coverage = known.n / total if total else None
    found = _ratio(known, bounded)
    value, interval, effective = (found.ratio, found.interval, found.effective_n) if found else (None, None, None)
    few = metric.unit == "share" and effective is not None and effective < LEAST_EFFECTIVE
    status, reason = weigh(
        known.items,
        sums.items,
        coverage,
        known.clusters,
        around,
        too_few_independent(effective or 0.0) if few else None,
    )
    shown = status is not Status.NOT_MEASURABLE
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=sums.group,
        period=sums.period,
        value=value if shown else None,
        numerator=plain(known.x, known.scale) if shown else None,
        denominator=plain(known.n, known.scale) if shown else None,
        items=sums.items,
        cases=sums.cases,
        coverage=coverage,
        bounds=coverage_bounds(known.x, sums.unknown, total) if bounded and total else None,
        interval=interval if shown else None,
        status=status,
        reason=reason,
        effective_n=effective if shown else None,
        case_mean=sums.mean_of_cases if shown else None,
        workers=around.workers,
        known_cases=known.clusters,
        further=tuple(_part(name, part, total / known.scale, bounded) for name, part in sums.parts.items())
        if shown
        else (),
    )


def _ratio(of: Moments, bounded: bool) -> RatioEstimate | None:
    return cluster_ratio(of.clusters, of.x, of.n, of.xx, of.xn, of.nn, share=bounded) if of.n > 0 else None


def _part(name: str, part: Moments, total: float, bounded: bool) -> Further:
    """A further numerator over the same denominator, where at least half of that is known for it."""
    known = total > 0 and part.n / part.scale / total >= LEAST_COVERAGE
    found = _ratio(part, bounded) if known else None
    return Further(
        name=name,
        kind="part",
        value=found.ratio if found else None,
        interval=found.interval if found else None,
        items=part.items,
        cases=part.clusters,
        hits=plain(part.x, part.scale) if found else None,
    )
