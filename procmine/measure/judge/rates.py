"""Rates: events over time at risk, with Poisson intervals at the effective count.

**When a rate is told.** Thirty cases, and at least five events expected at the rate over all groups: with fewer, not
even no event at all would stand out (no event at an expectation of 5 has a probability below 1 %). Asking what is
expected, not what happened, keeps a group with few events in sight: to leave those out that have few would leave out
the low rates. Over all groups the expected events are the observed ones.

**No design effect without events.** A group where nothing happened borrows that of the whole, or its zero would count
for more than it is.
"""

from __future__ import annotations

from procmine.findings import Further, Measurement, Status
from procmine.measure.judge.status import LEAST_COVERAGE, Circumstances, Verdict, plain, weigh
from procmine.measure.sums import Moments, Sums
from procmine.metric import Metric
from procmine.stats.intervals import RateEstimate, cluster_rate, exact_poisson

DAYS_A_YEAR = 365.25
LEAST_EVENTS = 5.0


def judge_rate(metric: Metric, sums: Sums, around: Circumstances, whole: Sums) -> Measurement:
    """Events per ``per`` case-years. ``effective_n`` is the effective time in that unit, so that value times it is the
    effective count."""
    known = sums.known
    total = known.n + sums.unknown
    coverage = known.n / total if total else None
    told = _told(metric, known, whole.known)
    status, reason = weigh(
        known.items, sums.items, coverage, known.clusters, around, _too_few_events(expected(sums, whole))
    )
    shown = status is not Status.NOT_MEASURABLE
    value, interval, effective = told if told and shown else (None, None, None)
    parts = [
        _part(metric, name, part, whole.parts.get(name, part), total / known.scale) if shown else None
        for name, part in sums.parts.items()
    ]
    return Measurement(
        metric=metric.name,
        version=metric.version,
        group=sums.group,
        period=sums.period,
        value=value,
        numerator=plain(known.x, known.scale) if shown else None,
        denominator=plain(known.n, known.scale) if shown else None,
        items=sums.items,
        cases=sums.cases,
        coverage=coverage,
        bounds=None,
        interval=interval,
        status=status,
        reason=reason,
        effective_n=effective,
        workers=around.workers,
        known_cases=known.clusters,
        further=tuple(part for part in parts if part),
    )


def expected(sums: Sums, whole: Sums) -> float:
    """The independent events to be expected at the rate of the whole."""
    all_known = whole.known
    if not all_known.n or not all_known.x:
        return 0.0
    share = sums.known.n * all_known.scale / (all_known.n * sums.known.scale)
    return share * _rate(all_known).effective_count


def _too_few_events(count: float) -> Verdict | None:
    if count >= LEAST_EVENTS:
        return None
    return Status.INSUFFICIENT_N, {
        "de": f"Zu wenig Zeit unter Beobachtung: Zu erwarten wären {count:.1f} unabhängige Ereignisse statt "
        f"mindestens {LEAST_EVENTS:.0f}.".replace(".", ",", 1),
        "en": f"Too little time at risk: {count:.1f} independent events would be expected, not at least "
        f"{LEAST_EVENTS:.0f}.",
    }


def _told(metric: Metric, known: Moments, whole: Moments) -> tuple[float, tuple[float, float], float] | None:
    """Value, interval and effective time in the metric's unit."""
    if known.n <= 0:
        return None
    unit = DAYS_A_YEAR * metric.per
    found = _rate(known)
    time = known.n / known.scale / unit
    if known.x == 0:
        effect = _rate(whole).design_effect if whole.n else None
        time /= max(effect or 1.0, 1.0)
        low, high = exact_poisson(0)
        return 0.0, (low / time, high / time), time
    low, high = (bound * unit for bound in found.interval)
    return found.rate * unit, (low, high), time * found.effective_count / (known.x / known.scale)


def _rate(of: Moments) -> RateEstimate:
    """Counts are whole; where a metric weighs events by fractions the units go out again."""
    found = cluster_rate(of.clusters, of.x, of.n, of.xx, of.xn, of.nn)
    if of.scale == 1:
        return found
    return cluster_rate(
        of.clusters,
        *(total / of.scale for total in (of.x, of.n)),
        *(total / of.scale**2 for total in (of.xx, of.xn, of.nn)),
    )


def _part(metric: Metric, name: str, part: Moments, whole: Moments, total: float) -> Further:
    """A further kind of event over the same time, where at least half of that is known for it."""
    known = total > 0 and part.n / part.scale / total >= LEAST_COVERAGE
    told = _told(metric, part, whole) if known else None
    return Further(
        name=name,
        kind="part",
        value=told[0] if told else None,
        interval=told[1] if told else None,
        items=part.items,
        cases=part.clusters,
        hits=plain(part.x, part.scale) if told else None,
    )
