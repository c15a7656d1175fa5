"""Recording: which offices of a log record the events a metric rests on at all; those that do not are left out of it.

An office without the field stands at 0 for ever, looks best or worst in every comparison, and pulls down the value of
all the others. So an office in which not one event of the kind occurs, although as many as elsewhere would make at
least five, is not measurable, and its items are in no pooled value. Five: at that expectation none at all comes by
chance in less than one office of a hundred (Poisson, exp(-5) = 0.007).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.measure.items import ask
from procmine.measure.judge.status import FULL_COVERAGE, LEAST_COVERAGE, Reason, not_measurable, silent_group_reason
from procmine.metric import Metric, silent_kinds

LEAST_EXPECTED = 5.0
# Events by office and activity.
Recorded = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Silence:
    """The offices that record nothing of what a metric rests on, each with the reason, and the cases of all others as a
    share of the log's."""

    reasons: Mapping[str, Reason]
    heard: float = 1.0

    @property
    def offices(self) -> tuple[str, ...]:
        """The silent ones, in order."""
        return tuple(sorted(self.reasons))


def recorded_by_office(log: Log) -> Recorded:
    """How many events of each activity each office has; empty for a log of one office."""
    found: dict[str, dict[str, int]] = {str(office["name"]): {} for office in log.receipt["offices"]}
    if len(found) < 2:
        return {}
    for office, activity, events in ask(
        log, "SELECT COALESCE(office, ''), activity, COUNT(*) FROM events GROUP BY COALESCE(office, ''), activity"
    ):
        found.setdefault(str(office), {})[str(activity)] = int(events)
    return found


def silence(log: Log, metric: Metric, recorded: Recorded) -> Silence:
    """The offices that are silent about a metric."""
    cases = {str(office["name"]): int(office["cases"]) for office in log.receipt["offices"]}
    reasons: dict[str, Reason] = {}
    for activities, titles in _rests_on(log, metric) if recorded else ():
        events = {office: sum(counts.get(one, 0) for one in activities) for office, counts in recorded.items()}
        heard = sum(cases.get(office, 0) for office, count in events.items() if count)
        if not heard:
            continue
        a_case = sum(events.values()) / heard
        for office, count in events.items():
            expected = a_case * cases.get(office, 0)
            if not count and expected >= LEAST_EXPECTED and office not in reasons:
                reasons[office] = silent_group_reason(titles, expected)
    total = sum(cases.values())
    lost = sum(cases.get(office, 0) for office in reasons)
    return Silence(reasons, 1 - lost / total if total else 1.0)


def _rests_on(log: Log, metric: Metric) -> list[tuple[Collection[str], Sequence[Mapping[str, str]]]]:
    """The sets of activities of each of which one must occur, with their words."""
    schema = log.schema
    found: list[tuple[Collection[str], Sequence[Mapping[str, str]]]] = []
    if metric.activities:
        found.append((metric.activities, [schema.activities[one].title for one in sorted(metric.activities)]))
    found += [((one,), [schema.activities[one].title]) for one in sorted(metric.every_activity)]
    for kind in silent_kinds(metric, schema, ()):
        named = {name for name, code in schema.activities.items() if code.belongs == kind}
        found.append((named, [schema.kinds[kind]]))
    return found


def heard_of(metric: Metric, one: Measurement, hush: Silence) -> Measurement:
    """A pooled figure with what its silent offices do to it: below half of the cases heard it is none, below four
    fifths it stands under reserve. Figures of an office are their own."""
    if "office" in one.group or not hush.reasons or hush.heard >= FULL_COVERAGE:
        return one
    reason = {
        "de": f"Nur Jobcenter mit {100 * hush.heard:.0f} % der Fälle erfassen, worauf der Wert beruht.",
        "en": f"Only offices with {100 * hush.heard:.0f} % of the cases record what the value rests on.",
    }
    if hush.heard < LEAST_COVERAGE:
        return not_measurable(metric, one.group, one.period, {k: f"{_NOT[k]}: {text}" for k, text in reason.items()})
    if one.status is Status.OK:
        return replace(one, status=Status.LOW_COVERAGE, reason={k: f"{_LOW[k]}: {text}" for k, text in reason.items()})
    return one


_NOT = {"de": "Nicht messbar", "en": "Not measurable"}
_LOW = {"de": "Lückenhaft", "en": "Low coverage"}
