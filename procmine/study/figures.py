"""Figures: metrics measured over a log, compared, explained, as they leave the privacy door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from procmine.compare import compare as compare_measurements
from procmine.diff import differ, moves
from procmine.errors import UsageError, nearest
from procmine.findings import Comparison, Difference, Funnel, Measurement
from procmine.log import Log
from procmine.measure import PERIODS, measure
from procmine.measure.trial import try_metrics
from procmine.metric import Metric, catalogue, names_of
from procmine.privacy import Released, release, release_difference
from procmine.read.checks.finding import in_order
from procmine.read.checks.running import run_checks
from procmine.read.checks.unmapped import unmapped_codes
from procmine.read.checks.usable import usable_for
from procmine.regimes import load_law

CORE = ("self_initiated_appointments", "caseworker_continuity", "out_of_office_contacts", "warm_handovers")


def metrics_of(names: Sequence[str] | None, study: Path | None = None) -> Mapping[str, Metric]:
    """The catalogue, or the named metrics in the order named; the core four come first. Raises UsageError, ContentError
    (of named metrics: for these alone)."""
    if names:
        there = names_of(study)
        for name in names:
            if name not in there:
                raise UsageError(f"There is no metric {name}.", hint=nearest(name, there))
        known = catalogue(study, only=names)
        return {name: known[name] for name in names}
    known = catalogue(study)
    first = [name for name in CORE if name in known]
    return {name: known[name] for name in (*first, *(name for name in known if name not in first))}


def metrics_asked(log: Log, names: Sequence[str] | None, study: Path | None) -> Mapping[str, Metric]:
    """The metrics to measure; those of the study itself are tried first (procmine/measure/trial.py)."""
    asked = metrics_of(names, study)
    own = {file.stem for file in (study / "metrics").glob("*.toml")} if study is not None else set()
    try_metrics(log, [metric for name, metric in asked.items() if name in own])
    return asked


def explain(metric: str, study: Path | None = None) -> Metric:
    """A metric's sheet. Raises UsageError with the nearest names."""
    return metrics_of([metric], study)[metric]


def score(
    log: Log,
    *,
    metrics: Sequence[str] | None = None,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    study: Path | None = None,
) -> tuple[Measurement, ...]:
    """Metrics over a log, as they leave the privacy door."""
    asked = metrics_asked(log, metrics, study)
    return released(measure(log, asked, by=by, start=start, end=end, law=load_law(study)), asked, privacy).value


def compare(
    log: Log,
    *,
    by: str = "office",
    metrics: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    privacy: str = "internal",
    study: Path | None = None,
) -> tuple[tuple[Comparison, ...], tuple[Funnel, ...]]:
    """Groups against the pooled value: signals with their limits, never a rank."""
    asked = metrics_asked(log, metrics, study)
    if by in PERIODS:
        raise UsageError(f"Groups are compared, not periods: {by}.", hint="Compare by office or a metric's own group.")
    found = released(measure(log, asked, by=(by,), start=start, end=end, law=load_law(study)), asked, privacy)
    return compare_measurements(found.value, along=by, units=units_of(asked))


def check(log: Log, study: Path | None = None) -> dict[str, Any]:
    """What was read, refused and understood, what the checks found, and which metrics this log can bear: the data of
    ``check`` (DESIGN 7). For the analyst's own desk: counts are exact."""
    asked = metrics_asked(log, None, study)
    whole = [one for one in measure(log, asked, law=load_law(study)) if not one.group]
    receipt = dict(log.receipt)
    receipt["measurable"] = [
        {
            "metric": one.metric,
            "status": one.status.value,
            "coverage": one.coverage,
            "items": one.items,
            "reason": dict(one.reason),
        }
        for one in whole
    ]
    found = in_order((*run_checks(log, study), *unmapped_codes(log.receipt)))
    receipt["findings"] = [one.to_dict() for one in found]
    receipt["usable"] = usable_for(whole, found, asked, log.schema, study)
    return receipt


def diff(
    before: Log,
    after: Log,
    *,
    start: date | None = None,
    end: date | None = None,
    metrics: Sequence[str] | None = None,
    study: Path | None = None,
) -> Difference:
    """Two extracts of one period: which events changed, by office and month, and which figures move.

    For the analyst's own desk only (profile internal): two exact figures a few persons apart name those persons.
    """
    asked = metrics_of(metrics, study)
    figures = [
        released(
            measure(log, asked, by=("office",), start=start, end=end, law=load_law(study)), asked, "internal"
        ).value
        for log in (before, after)
    ]
    found = release_difference(differ(before, after, start=start, end=end)).value
    return replace(found, moved=moves(*figures))


def released(
    found: Sequence[Measurement], asked: Mapping[str, Metric], privacy: str
) -> Released[tuple[Measurement, ...]]:
    sensitive = frozenset(name for name, metric in asked.items() if metric.sensitive)
    return release(found, privacy, sensitive=sensitive, units=units_of(asked))


def units_of(asked: Mapping[str, Metric]) -> Mapping[str, str]:
    return {name: metric.told_in for name, metric in asked.items()}
