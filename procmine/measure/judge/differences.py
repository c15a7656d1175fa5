"""Differences: one share less another, both beside it, and their ratio.

Each side needs its thirty cases, and the less well recorded side decides how far the figure can be relied on. A figure
rests on the persons of its smaller side: ``known_cases`` is their number.
"""

from __future__ import annotations

from dataclasses import replace

from procmine.findings import Further, Measurement, Status
from procmine.measure.arms import ArmSide, TwoArms
from procmine.measure.judge.status import Circumstances, weigh
from procmine.measure.judge.status import plain as plain_sum
from procmine.metric import Metric
from procmine.stats.contrast import ArmSums, Contrast, CrossSums, contrast


def judge_arms(metric: Metric, sums: TwoArms, around: Circumstances) -> Measurement:
    """``coverage`` is over both sides and the items of which the log does not say on which side they stand; with such
    items there are no worst-case bounds."""
    one, other = sums.sides
    known_items = sum(side.known.items for side in sums.sides)
    coverage = known_items / sums.items if sums.items else None
    weaker = min([coverage or 0.0, *(_coverage(side) for side in sums.sides)])
    cases = min(side.known.clusters for side in sums.sides)
    status, reason = weigh(known_items, sums.items, weaker, cases, around)
    found = _contrast(sums) if one.known.n > 0 and other.known.n > 0 else None
    shown = found is not None and status is not Status.NOT_MEASURABLE
    blank = Measurement(
        metric=metric.name,
        version=metric.version,
        group=sums.group,
        period=sums.period,
        value=None,
        numerator=None,
        denominator=None,
        items=sums.items,
        cases=sums.cases,
        coverage=coverage,
        bounds=_bounds(sums),
        interval=None,
        status=status,
        reason=reason,
        workers=around.workers,
        known_cases=cases,
    )
    if found is None or not shown:
        return blank
    return replace(blank, value=found.difference, interval=found.interval, further=_beside(metric, sums, found))


def _coverage(side: ArmSide) -> float:
    total = side.known.n + side.unknown
    # A side without any item hides nothing; that it has too few cases is said by another sentence.
    return side.known.n / total if total else 1.0


def _contrast(sums: TwoArms) -> Contrast:
    first, second = (
        ArmSums(side.known.clusters, side.known.x, side.known.n, side.known.xx, side.known.xn, side.known.nn)
        for side in sums.sides
    )
    return contrast(first, second, CrossSums(sums.clusters, *sums.products))


def _bounds(sums: TwoArms) -> tuple[float, float] | None:
    """What the difference would be if all that is unknown on one side were hits and on the other misses."""
    one, other = sums.sides
    totals = [side.known.n + side.unknown for side in sums.sides]
    if sums.nowhere or not all(totals):
        return None
    low = one.known.x / totals[0] - (other.known.x + other.unknown) / totals[1]
    high = (one.known.x + one.unknown) / totals[0] - other.known.x / totals[1]
    return low, high


def _beside(metric: Metric, sums: TwoArms, found: Contrast) -> tuple[Further, ...]:
    arms = tuple(
        Further(
            name=arm.code,
            kind="arm",
            value=estimate.ratio,
            interval=estimate.interval,
            items=side.known.items,
            cases=side.known.clusters,
            hits=plain_sum(side.known.x, side.known.scale),
        )
        for arm, side, estimate in zip(metric.arms or (), sums.sides, (found.first, found.second), strict=True)
    )
    items, cases = sum(side.known.items for side in sums.sides), min(side.known.clusters for side in sums.sides)
    return (*arms, Further("ratio", "ratio", found.ratio, found.ratio_interval, items, cases))
