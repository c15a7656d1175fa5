"""Days: a survival metric's items counted in the engine by the day their time ended, and their influence by case.

The curve needs no more than counts by day. Its variance with cases as units needs the influence of each item on the
logarithm of S at the horizon, which depends only on the item's day and on whether it happened: a small table, joined
back to the items, summed by case, squared and summed (see stats/survival.py). It is made of whole numbers throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procmine.log import Log
from procmine.measure.items import CELLS, Cut, GroupKey, Window, ask, gather, group_key
from procmine.metric import Metric

# Influences are of the order 1/n; n times them in these units keeps nine digits, and squares over all cases fit.
_SCALE = 2**30


@dataclass(frozen=True, slots=True)
class DaySums:
    """One group: its items and cases, known or not; ``days`` as (day, happened, ended); ``watched_cases`` those with an
    item seen to its end: it happened by the horizon, or it was watched until then; ``happened`` items by the horizon;
    ``by_cases`` the jackknife variance of log S there, None where no case has two items."""

    group: Mapping[str, str]
    period: str | None
    items: int
    unknown_items: int
    cases: int
    known_cases: int
    watched_cases: int
    happened: int
    days: tuple[tuple[int, int, int], ...]
    by_cases: float | None


def sum_days(log: Log, metric: Metric, asked: Sequence[Cut], window: Window) -> tuple[DaySums, ...]:
    """The days of every group of every cut."""
    horizon = metric.horizon or 0
    known = "numerator IS NOT NULL AND denominator IS NOT NULL"
    day = f"CASE WHEN {known} THEN CAST(denominator AS BIGINT) END AS day_"
    event = f"CASE WHEN {known} THEN CAST(numerator AS BIGINT) END AS event_"
    gather(log, metric, asked, window, ["CAST(COUNT(*) AS BIGINT) AS k"], [day, event])
    return tuple(one for cut in asked for one in _of_cut(log, cut, horizon))


def _of_cut(log: Log, cut: Cut, horizon: int) -> list[DaySums]:
    days: dict[GroupKey, list[tuple[int, int, int]]] = {}
    for row in ask(log, _days(cut)):
        group, period, (day, events, ended) = cut.named(row)
        days.setdefault(group_key(group, period), []).append((int(day), int(events), int(ended)))
    counted = [cut.named(row) for row in ask(log, _counts(cut, horizon))]
    by_cases: dict[GroupKey, float] = {}
    if any(rest[-1] for _, _, rest in counted):
        for row in ask(log, _influences(cut, horizon)):
            group, period, (squares, items) = cut.named(row)
            by_cases[group_key(group, period)] = int(squares) / (int(items) * _SCALE) ** 2
    return [_sums(group, period, rest, days, by_cases) for group, period, rest in counted]


def _sums(
    group: Mapping[str, str],
    period: str | None,
    row: Sequence[Any],
    days: Mapping[GroupKey, list[tuple[int, int, int]]],
    by_cases: Mapping[GroupKey, float],
) -> DaySums:
    items, known, cases, known_cases, watched, happened, repeated = (int(value or 0) for value in row)
    key = group_key(group, period)
    return DaySums(
        group=group,
        period=period,
        items=items,
        unknown_items=items - known,
        cases=cases,
        known_cases=known_cases,
        watched_cases=watched,
        happened=happened,
        days=tuple(days.get(key, ())),
        by_cases=by_cases.get(key) if repeated else None,
    )


def _days(cut: Cut) -> str:
    counts = ("day_", "COALESCE(SUM(k) FILTER (WHERE event_ = 1), 0)", "SUM(k)")
    keys = cut.listed("day_")
    return f"SELECT {cut.listed(*counts)} FROM {CELLS} WHERE day_ IS NOT NULL GROUP BY {keys} ORDER BY {keys}"


def _counts(cut: Cut, horizon: int) -> str:
    happened = f"event_ = 1 AND day_ <= {horizon}"
    by_case = (
        "SUM(k) AS i",
        "SUM(k) FILTER (WHERE day_ IS NOT NULL) AS n",
        f"COUNT(*) FILTER (WHERE ({happened}) OR day_ >= {horizon}) AS w",
        f"SUM(k) FILTER (WHERE {happened}) AS h",
    )
    totals = (
        *("SUM(i)", "SUM(n)", "COUNT(*)", "COUNT(*) FILTER (WHERE n > 0)", "COUNT(*) FILTER (WHERE w > 0)", "SUM(h)"),
        "COUNT(*) FILTER (WHERE n > 1)",
    )
    order = f" ORDER BY {cut.listed()}" if cut.keys else ""
    return (
        f"SELECT {cut.listed(*totals)} FROM (SELECT {cut.listed('case_id', *by_case)} FROM {CELLS} "
        f"GROUP BY {cut.listed('case_id')}) AS by_case{cut.grouped()}{order}"
    )


def _influences(cut: Cut, horizon: int) -> str:
    """Sums over cases of squared influences, and the items they are relative to.

    With Y at risk and d happened on a day, an item still watched adds d / (Y (Y - d)), the item it happened to takes
    away 1 / (Y - d); days beyond the horizon are one day on which nothing happens.
    """
    keys, part = cut.listed(), f"PARTITION BY {cut.listed()} " if cut.keys else ""
    prefix = f"{keys}, " if keys else ""
    end = horizon + 1
    short = (
        f"SELECT {prefix}case_id, CASE WHEN day_ > {horizon} THEN {end} ELSE day_ END AS day_, "
        f"CASE WHEN day_ > {horizon} THEN 0 ELSE event_ END AS event_, k FROM {CELLS} WHERE day_ IS NOT NULL"
    )
    daily = (
        f"SELECT {prefix}day_, CAST(SUM(k) FILTER (WHERE event_ = 1) AS BIGINT) AS d, CAST(SUM(k) AS BIGINT) AS ended "
        f"FROM short GROUP BY {prefix}day_"
    )
    risk = (
        f"SELECT {prefix}day_, COALESCE(d, 0) AS d, CAST(SUM(ended) OVER ({part}ORDER BY day_ DESC) AS BIGINT) AS y, "
        f"CAST(SUM(ended) OVER ({part.rstrip()}) AS BIGINT) AS n FROM daily"
    )
    whole = f"CAST(n AS DOUBLE) * {_SCALE}"
    taken = f"CASE WHEN y > d AND d > 0 THEN CAST(ROUND({whole} / (y - d)) AS HUGEINT) ELSE 0 END"
    added = f"CASE WHEN y > d THEN CAST(ROUND({whole} * d / y / (y - d)) AS HUGEINT) ELSE 0 END"
    moved = f"SELECT {prefix}day_, n, {taken} AS taken, SUM({added}) OVER ({part}ORDER BY day_) AS added FROM risk"
    by_case = (
        f"SELECT {prefix}case_id, ANY_VALUE(n) AS n, "
        "CAST(SUM(k * (CASE WHEN event_ = 1 THEN added - taken ELSE added END)) AS HUGEINT) AS z "
        f"FROM short JOIN moved USING ({cut.listed('day_')}) GROUP BY {prefix}case_id"
    )
    return (
        f"WITH short AS ({short}), daily AS ({daily}), risk AS ({risk}), moved AS ({moved}), by_case AS ({by_case}) "
        f"SELECT {prefix}SUM(z * z), ANY_VALUE(n) FROM by_case{cut.grouped()}"
    )
