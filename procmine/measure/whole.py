"""Whole: figures that only whole stretches of time can bear, and why a part of one is refused.

Case-time lies in stretches of the calendar (months, cut where the law changed): days in the middle of one would count
it whole or not at all. And a figure that judges each case over all the time it was watched, at the end of that time,
holds in any earlier part only the cases that had left by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from procmine.log import Log
from procmine.measure.items import ask
from procmine.metric import Metric

STRETCHED = frozenset({"case_time", "calendar"})


def undividable(log: Log, metric: Metric, start: date | None, end: date | None) -> Mapping[str, str] | None:
    """Why the days asked for are none that the metric can be told for; None where they are."""
    if metric.query is None or not (start or end):
        return None
    watched = log.receipt["observation"]
    first, last = date.fromisoformat(watched["first_day"]), date.fromisoformat(watched["last_day"])
    inner_start, inner_end = (start if start and start > first else None), (end if end and end < last else None)
    if metric.undivided and (inner_start or inner_end):
        return {
            "de": "Nicht messbar für einen Teil der Zeit: Jeder Fall wird über seine ganze beobachtete Zeit beurteilt.",
            "en": "Not measurable for a part of the time: each case is judged over all the time it was watched.",
        }
    if not STRETCHED & set(metric.query.needs) or not (inner_start or inner_end):
        return None
    rows = ask(log, "SELECT from_date, to_date FROM calendar")
    begins, ends = {row[0] for row in rows}, {row[1] for row in rows}
    if (inner_start and inner_start not in begins) or (inner_end and inner_end not in ends):
        return {
            "de": "Nicht messbar für Teile von Monaten: Fallzeit wird in ganzen Monaten gezählt; mit dem ersten Tag "
            "eines Monats beginnen und mit dem letzten enden.",
            "en": "Not measurable for parts of months: case-time is counted in whole months; begin with the first day "
            "of a month and end with the last.",
        }
    return None
