"""Lawful: figures are not pooled across a change of the law that matters for them; each regime has its own.

Law changes what offices may and must do from one day to the next (invitations without legal notice, reductions paused).
A figure over both sides of such a day says more about the law than about practice, and looks like neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.measure.judge.status import not_measurable
from procmine.metric import Metric
from procmine.regimes import Law, Span

Measured = Callable[[date | None, date | None], Sequence[Measurement]]


def by_regime(
    log: Log, metric: Metric, law: Law, start: date | None, end: date | None, measured: Measured
) -> tuple[Measurement, ...]:
    """What ``measured`` gives for the days asked for; where the law changed among them, for each regime by itself under
    the group ``regime``, and the figures over all of them refused with the reason."""
    spans = law.spans(metric.regimes, *_days(log, start, end)) if metric.regimes else ()
    if len(spans) < 2:
        return tuple(measured(start, end))
    found = [_under(span, one) for span in spans for one in measured(span.first, span.last)]
    if all(one.status is Status.NOT_MEASURABLE for one in found):  # whatever the law, and that says why
        return tuple(measured(start, end))
    groups = {tuple((k, v) for k, v in one.group.items() if k != "regime"): None for one in found if one.period is None}
    refused = [not_measurable(metric, dict(group), None, broken(spans)) for group in groups]
    return (*refused, *found)


def _days(log: Log, start: date | None, end: date | None) -> tuple[date, date]:
    """The days asked for, within those the log was watched."""
    watched = log.receipt["observation"]
    first, last = date.fromisoformat(watched["first_day"]), date.fromisoformat(watched["last_day"])
    return max(start or first, first), min(end or last, last)


def _under(span: Span, one: Measurement) -> Measurement:
    return replace(one, group={**one.group, "regime": span.name})


def broken(spans: Sequence[Span]) -> Mapping[str, str]:
    """Why figures of these spans stand apart: the days and names of the regimes that began among them."""
    began = [span for span in spans[1:] if span.regime]
    german = "; ".join(f"{span.first:%d.%m.%Y}: {span.regime.title['de']}" for span in began if span.regime)
    english = "; ".join(f"{span.first.isoformat()}: {span.regime.title['en']}" for span in began if span.regime)
    return {
        "de": f"Nicht messbar über den ganzen Zeitraum: Das Recht hat sich geändert ({german}). Je Rechtsstand steht "
        "ein eigener Wert.",
        "en": f"Not measurable over the whole time: the law changed ({english}). Each regime has a figure of its own.",
    }
