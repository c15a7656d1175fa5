"""Concentration: how unequally an amount is spread over the cases (Gini)."""

from __future__ import annotations

from procmine.findings import Measurement, Status
from procmine.measure.amounts import AmountSums
from procmine.measure.judge.status import Circumstances, Verdict, weigh
from procmine.metric import Metric
from procmine.stats.concentration import gini

_NOTHING: Verdict = (
    Status.NOT_MEASURABLE,
    {
        "de": "Nicht messbar: Die Summe über alle Fälle ist null, es gibt nichts zu verteilen.",
        "en": "Not measurable: the sum over all cases is zero, there is nothing to be spread.",
    },
)


def judge_amounts(metric: Metric, sums: AmountSums, around: Circumstances) -> Measurement:
    """``denominator`` counts the cases with a known amount; the sum of the amounts is nobody's business here."""
    known = sums.items - sums.unknown_items
    coverage = known / sums.items if sums.items else None
    value, _, interval = gini(sums.ranks)
    status, reason = weigh(known, sums.items, coverage, sums.ranks.n, around, _NOTHING if value is None else None)
    shown = status is not Status.NOT_MEASURABLE
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=sums.group,
        period=sums.period,
        value=value if shown else None,
        numerator=None,
        denominator=sums.ranks.n if shown else None,
        items=sums.items,
        cases=sums.cases,
        coverage=coverage,
        bounds=None,
        interval=interval if shown else None,
        status=status,
        reason=reason,
        workers=around.workers,
        known_cases=sums.ranks.n,
    )
