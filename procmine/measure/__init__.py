"""Measure: metrics over a log become Measurements with coverage, bounds, interval and status.

A metric's query gives one row an item; everything else happens here, once for all metrics, and in the engine: items
are summed by case and group, cases by group, so that only one row a group leaves the engine. Sums are of integers (an
index is scaled by 2^40 first), so that figures repeat to the last digit whatever the engine's threads do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from procmine.errors import UsageError, nearest
from procmine.findings import Measurement
from procmine.log import Log
from procmine.measure.judge import absent_reason, judge, no_items_reason, not_measurable
from procmine.measure.sums import PERIODS, group_key, groupings, sum_items, workers_behind
from procmine.metric import Metric, missing

__all__ = ["PERIODS", "judge", "measure", "measure_one"]


def measure(
    log: Log,
    metrics: Mapping[str, Metric],
    *,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
) -> tuple[Measurement, ...]:
    """Every metric for the whole log, for each group of ``by``, and for each of the metric's own groups.

    ``by`` names columns of the items (office, or a metric's own groups such as function) and at most one period (year,
    quarter, month). ``start`` and ``end`` are local days, both included. Raises UsageError for a name no metric knows.
    """
    known = {"office", *PERIODS, *(group for metric in metrics.values() for group in metric.groups)}
    for name in by:
        if name not in known:
            raise UsageError(f"Nothing can be grouped by {name}.", hint=nearest(name, known))
    if len(set(by) & set(PERIODS)) > 1:
        raise UsageError("Figures can be cut by one period at a time.", hint=f"Choose one of {', '.join(PERIODS)}.")
    if start and end and start > end:
        raise UsageError(f"The first day ({start}) lies after the last ({end}).", hint="Exchange them.")
    return tuple(
        measurement
        for metric in metrics.values()
        for measurement in measure_one(log, metric, by=by, start=start, end=end)
    )


def measure_one(
    log: Log, metric: Metric, *, by: Sequence[str], start: date | None, end: date | None
) -> tuple[Measurement, ...]:
    """One metric; not measurable, with the sentence why, where the export lacks what its query reads."""
    lacking = missing(metric, log.schema, log.absent)
    if lacking:
        reason = absent_reason(lacking, int(log.receipt["events"]))
        return tuple(not_measurable(metric, group, None, reason) for group in _expected(log, by))
    asked = tuple(name for name in by if name in ("office", *metric.groups))
    period = next((name for name in by if name in PERIODS), None)
    sets = groupings(asked, metric.groups)
    sums = sum_items(log, metric, sets, period, start, end)
    workers = workers_behind(log, metric, sets, period, start, end) if metric.staff else {}
    blind = _one_sided(log, metric)
    nobody = 0 if metric.staff else None
    found = tuple(judge(metric, one, workers.get(group_key(one.group, one.period), nobody), blind) for one in sums)
    seen = {group_key(one.group, one.period) for one in sums}
    silent = tuple(
        not_measurable(metric, group, None, no_items_reason(metric), counted=0)
        for group in _expected(log, by)
        if group_key(group, None) not in seen
    )
    return (*silent, *found) if any(not one.group for one in silent) else (*found, *silent)


def _expected(log: Log, by: Sequence[str]) -> tuple[dict[str, str], ...]:
    """The groups that must get an answer even if nothing was counted in them: the whole, and every office asked for."""
    offices = [str(office["name"]) for office in log.receipt["offices"]] if "office" in by else []
    return ({}, *({"office": name} for name in offices))


def _one_sided(log: Log, metric: Metric) -> tuple[str, ...]:
    """The columns that are absent or empty and without which the log can show hits but no misses."""
    filled = {str(column["name"]) for column in log.receipt["columns"] if column["filled"]}
    return tuple(sorted(metric.one_sided - filled))
