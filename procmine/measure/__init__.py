"""Measure: metrics over a log become Measurements with coverage, bounds, interval and status.

A metric's query gives one row an item; everything else happens here, once for all metrics, and in the engine: items
are summed by case and group, cases by group, so that only one row a group (of a survival metric: one a day) leaves the
engine. ``items`` gathers, ``sums``, ``arms``, ``days`` and ``amounts`` add up what a kind of figure needs, ``judge``
makes the figure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial

from procmine.errors import UsageError, nearest
from procmine.findings import Further, Measurement
from procmine.log import Log
from procmine.measure.amounts import sum_amounts
from procmine.measure.arms import sum_arms
from procmine.measure.days import sum_days
from procmine.measure.heaps import sum_heaps
from procmine.measure.items import PERIODS, Cut, Window, cuts, group_key, workers_behind
from procmine.measure.judge import Figures, judge
from procmine.measure.judge.status import (
    Reason,
    absent_reason,
    no_activity_reason,
    no_items_reason,
    not_measurable,
)
from procmine.measure.lawful import by_regime
from procmine.measure.recording import Recorded, Silence, heard_of, recorded_by_office, silence
from procmine.measure.sums import sum_items
from procmine.measure.whole import undividable
from procmine.metric import Metric, missing, silent_kinds
from procmine.regimes import Law, load_law

__all__ = ["PERIODS", "judge", "measure", "measure_one"]

# Metrics measured at the same time.
AT_ONCE = 3
_ADDED: Mapping[str, Callable[[Log, Metric, Sequence[Cut], Window], Sequence[Figures]]] = {
    "survival": sum_days,
    "difference": sum_arms,
    "concentration": sum_amounts,
}


def measure(
    log: Log,
    metrics: Mapping[str, Metric],
    *,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    law: Law | None = None,
) -> tuple[Measurement, ...]:
    """Every metric for the whole log, for each group of ``by``, and for each of the metric's own groups.

    ``by`` names columns of the items (office, or a metric's own groups such as function) and at most one period (year,
    quarter, month). ``start`` and ``end`` are local days, both included. Where the ``law`` (default: the shipped
    regimes) changed among them in what matters for a metric, its figures come for each regime, and none over all.
    Raises UsageError for a name no metric knows.
    """
    known = {"office", *PERIODS, *(group for metric in metrics.values() for group in metric.groups)}
    for name in by:
        if name not in known:
            raise UsageError(f"Nothing can be grouped by {name}.", hint=nearest(name, known))
    if len(set(by) & set(PERIODS)) > 1:
        raise UsageError("Figures can be cut by one period at a time.", hint=f"Choose one of {', '.join(PERIODS)}.")
    if start and end and start > end:
        raise UsageError(f"The first day ({start}) lies after the last ({end}).", hint="Exchange them.")
    known_law, recorded = law or load_law(), recorded_by_office(log)

    def figures(metric: Metric) -> tuple[Measurement, ...]:
        own = replace(log, engine=log.engine.beside())
        return by_regime(own, metric, known_law, start, end, partial(_measured, own, metric, by, recorded))

    # Most metrics are many small steps, between which one of the engine's threads waits for the other.
    with ThreadPoolExecutor(AT_ONCE if log.engine.beside() is not log.engine else 1) as pool:
        return tuple(one for found in pool.map(figures, metrics.values()) for one in found)


def _measured(
    log: Log, metric: Metric, by: Sequence[str], recorded: Recorded, start: date | None, end: date | None
) -> tuple[Measurement, ...]:
    return measure_one(log, metric, by=by, start=start, end=end, recorded=recorded)


def measure_one(
    log: Log,
    metric: Metric,
    *,
    by: Sequence[str],
    start: date | None,
    end: date | None,
    recorded: Recorded | None = None,
    silent: Silence | None = None,
) -> tuple[Measurement, ...]:
    """One metric; not measurable, with the sentence why, where the log cannot bear it. ``recorded`` are the events by
    office and activity, asked for anew where they are not handed in; ``silent`` the offices that record nothing of what
    the metric rests on, worked out from these unless whoever asks knows better."""
    unfit = _unfit(log, metric) or undividable(log, metric, start, end)
    if unfit:
        return tuple(not_measurable(metric, group, None, unfit) for group in _expected(log, by))
    hush = silent or silence(log, metric, recorded_by_office(log) if recorded is None else recorded)
    period = None if metric.undivided else next((name for name in by if name in PERIODS), None)
    window = Window(period, start, end, hush.offices)
    asked = cuts(tuple(name for name in by if name in ("office", *metric.groups)), metric.groups, window)
    sums = _ADDED.get(metric.unit, sum_items)(log, metric, asked, window)
    workers = workers_behind(log, metric, asked, window) if metric.staff else {}
    blind = _one_sided(log, metric)
    nobody = 0 if metric.staff else None
    whole = next((one for one in sums if not one.group and one.period is None), None)
    heaps = sum_heaps(log, metric, metric.heap, asked, window) if metric.heap else {}
    judged = tuple(
        heard_of(metric, judge(metric, one, workers.get(group_key(one.group, one.period), nobody), blind, whole), hush)
        for one in sums
    )
    found = tuple(_with_heap(one, heaps.get(group_key(one.group, one.period))) for one in judged)
    seen = {group_key(one.group, one.period) for one in sums}
    empty = tuple(
        not_measurable(metric, group, None, reason)
        if (reason := hush.reasons.get(group.get("office", "")))
        else not_measurable(metric, group, None, no_items_reason(metric), counted=0)
        for group in _expected(log, by)
        if group_key(group, None) not in seen
    )
    return (*empty, *found) if any(not one.group for one in empty) else (*found, *empty)


def _with_heap(one: Measurement, heap: Further | None) -> Measurement:
    """A figure with its heaping index beside it, where it has a value of its own."""
    return one if heap is None or one.value is None else replace(one, further=(*one.further, heap))


def _unfit(log: Log, metric: Metric) -> Reason | None:
    """Why the log cannot bear a metric: the export lacks columns its query reads, or records no event of the kind its
    hits come from. A rate of 0 would be a wrong number then."""
    lacking = missing(metric, log.schema, log.absent)
    if lacking:
        return absent_reason(lacking, int(log.receipt["events"]), log.schema.titles())
    occurring = set(log.receipt["activities"])
    if metric.activities and not metric.activities & occurring:
        return no_activity_reason(_titles(log, metric.activities))
    if kinds := silent_kinds(metric, log.schema, occurring):
        return no_activity_reason([log.schema.kinds[kind] for kind in kinds])
    if never := metric.every_activity - occurring:
        return no_activity_reason(_titles(log, never))
    return None


def _titles(log: Log, activities: Collection[str]) -> list[Mapping[str, str]]:
    return [log.schema.activities[code].title for code in sorted(activities)]


def _expected(log: Log, by: Sequence[str]) -> tuple[dict[str, str], ...]:
    """The groups that must get an answer even if nothing was counted in them: the whole, and every office asked for."""
    offices = [str(office["name"]) for office in log.receipt["offices"]] if "office" in by else []
    return ({}, *({"office": name} for name in offices))


def _one_sided(log: Log, metric: Metric) -> tuple[str, ...]:
    """The columns that are absent or empty and without which the log can show hits but no misses."""
    filled = {str(column["name"]) for column in log.receipt["columns"] if column["filled"]}
    return tuple(sorted(metric.one_sided - filled))
