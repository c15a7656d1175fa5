"""Sums: a metric's items added up by case and group in the engine; one row a group comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from procmine.engines.duckdb import literal, quoted
from procmine.errors import UsageError
from procmine.log import Log
from procmine.metric import Metric
from procmine.sql import write

PERIODS = ("year", "quarter", "month")
# An index in 0..1 is summed as an integer of this scale: exact sums, an error below 1e-12 an item.
_SCALE = 2**40


@dataclass(frozen=True, slots=True)
class Sums:
    """The sufficient sums of one group: over items, and over its cases' sums. The sums are whole numbers in units of
    ``1/scale`` (squares of that), so that nothing is lost on the way to the interval."""

    group: Mapping[str, str]
    period: str | None
    items: int
    unknown_items: int
    cases: int
    known_cases: int
    x: int
    n: int
    unknown: int
    xx: int
    xn: int
    nn: int
    scale: int
    mean_of_cases: float | None


def groupings(asked: Sequence[str], own: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The sets of columns to group by: what was asked for, beside it each of the metric's own groups, and the whole."""
    sets: list[tuple[str, ...]] = []
    for size in range(len(asked) + 1):
        for chosen in combinations(asked, size):
            for extra in (None, *(name for name in own if name not in chosen)):
                one = tuple(chosen) + ((extra,) if extra else ())
                if set(one) not in [set(other) for other in sets]:
                    sets.append(one)
    return tuple(sets)


def _items_sql(log: Log, metric: Metric, period: str | None, start: date | None, end: date | None) -> str:
    """The metric's query with its groups made non-empty text, cut to the days asked for."""
    if metric.query is None:
        raise UsageError(f"{metric.name} is computed by {metric.computed_by}: it has no items to sum.")
    query = write(metric.query, log.engine.dialect)
    tests = ["on_date IS NOT NULL" if start or end or period else "TRUE"]
    if start:
        tests.append(f"on_date >= DATE {literal(start.isoformat())}")
    if end:
        tests.append(f"on_date <= DATE {literal(end.isoformat())}")
    groups = "".join(f", COALESCE(CAST({quoted(name)} AS VARCHAR), '') AS {quoted(name)}" for name in metric.groups)
    return (
        f"SELECT case_id, COALESCE(office, '') AS office, {_period_sql(period)} AS period_, "
        f"numerator, denominator{groups} FROM ({query}) AS metric_items WHERE {' AND '.join(tests)}"
    )


def _period_sql(period: str | None) -> str:
    if period is None:
        return "CAST(NULL AS VARCHAR)"
    year = "CAST(EXTRACT(year FROM on_date) AS VARCHAR)"
    if period == "year":
        return year
    if period == "quarter":
        return f"{year} || '-Q' || CAST(EXTRACT(quarter FROM on_date) AS VARCHAR)"
    return f"{year} || '-' || LPAD(CAST(EXTRACT(month FROM on_date) AS VARCHAR), 2, '0')"


def sum_items(
    log: Log,
    metric: Metric,
    groupings: Iterable[Sequence[str]],
    period: str | None,
    start: date | None,
    end: date | None,
) -> tuple[Sums, ...]:
    items = _items_sql(log, metric, period, start, end)
    log.engine.run(f"CREATE OR REPLACE TEMP TABLE items_ AS {items}")
    scale = 1 if metric.unit == "share" else _SCALE
    found: list[Sums] = []
    for columns in groupings:
        for cut in (None,) if period is None else (None, "period_"):
            keys = [*(quoted(name) for name in columns), *((cut,) if cut else ())]
            for row in log.engine.run(_sums_sql("items_", keys, scale)):
                group = {name: str(value) for name, value in zip(columns, row, strict=False)}
                at = str(row[len(columns)]) if cut else None
                found.append(_sums(group, at, row[len(keys) :], scale))
    return tuple(found)


def _sums_sql(items: str, keys: Sequence[str], scale: int) -> str:
    whole = f"CAST(ROUND(numerator * {scale}) AS HUGEINT)" if scale > 1 else "CAST(numerator AS HUGEINT)"
    weight = "CAST(denominator AS HUGEINT)"
    listed = ", ".join(keys)
    prefix = f"{listed}, " if keys else ""
    order = f" ORDER BY {listed}" if keys else ""
    group = f" GROUP BY {listed}" if keys else " HAVING COUNT(*) > 0"
    return (
        f"SELECT {prefix}SUM(i), SUM(iu), COUNT(*), COUNT(*) FILTER (WHERE n > 0), SUM(x), SUM(n), SUM(u), "
        f"SUM(x * x), SUM(x * n), SUM(n * n), "
        f"SUM(CAST(ROUND(CAST(x AS DOUBLE) / NULLIF(n, 0) * {_SCALE} / {scale}) AS HUGEINT)) "
        f"FROM (SELECT {prefix}case_id, COUNT(*) AS i, COUNT(*) FILTER (WHERE numerator IS NULL) AS iu, "
        f"COALESCE(SUM({whole}), 0) AS x, COALESCE(SUM({weight}) FILTER (WHERE numerator IS NOT NULL), 0) AS n, "
        f"COALESCE(SUM({weight}) FILTER (WHERE numerator IS NULL), 0) AS u "
        f"FROM {items} GROUP BY {prefix}case_id) AS by_case{group}{order}"
    )


def _sums(group: Mapping[str, str], period: str | None, row: Sequence[Any], scale: int) -> Sums:
    items, unknown_items, cases, known_cases, x, n, unknown, xx, xn, nn, means = (int(v or 0) for v in row)
    return Sums(
        group=group,
        period=period,
        items=items,
        unknown_items=unknown_items,
        cases=cases,
        known_cases=known_cases,
        x=x,
        n=n * scale,
        unknown=unknown * scale,
        xx=xx,
        xn=xn * scale,
        nn=nn * scale * scale,
        scale=scale,
        mean_of_cases=means / _SCALE / known_cases if known_cases else None,
    )


def workers_behind(
    log: Log,
    metric: Metric,
    groupings: Iterable[Sequence[str]],
    period: str | None,
    start: date | None,
    end: date | None,
) -> dict[tuple[tuple[tuple[str, str], ...], str | None], int]:
    """Distinct caseworkers behind each group: those with a contact in the group's cases and office.

    Where workers are numbered within each case only, nobody can be counted over cases any more: then the numbers
    counted at import stand for the whole log and its offices, and no other group has an entry.
    """
    if log.receipt["pseudonyms"]["workers"] == "case-local":
        whole = period is None and not (start or end)
        return _counted_at_import(log.receipt["staff"], groupings) if whole else {}
    counts: dict[tuple[tuple[tuple[str, str], ...], str | None], int] = {}
    both = [name for name in metric.groups if name in log.schema.tables["contacts"].kinds()]
    match = " AND ".join(
        ["c.case_id = i.case_id", "COALESCE(c.office, '') = i.office"]
        + [f"COALESCE(c.{quoted(name)}, '') = i.{quoted(name)}" for name in both]
    )
    for columns in groupings:
        for cut in (None,) if period is None else (None, "period_"):
            keys = [*(f"i.{quoted(name)}" for name in columns), *((f"i.{cut}",) if cut else ())]
            prefix = f"{', '.join(keys)}, " if keys else ""
            group = f" GROUP BY {', '.join(keys)}" if keys else ""
            rows = log.engine.run(
                f"SELECT {prefix}COUNT(DISTINCT c.worker) FROM items_ AS i JOIN contacts AS c ON {match}{group}"
            )
            for row in rows:
                named = {name: str(value) for name, value in zip(columns, row, strict=False)}
                counts[group_key(named, str(row[len(columns)]) if cut else None)] = int(row[-1])
    return counts


def _counted_at_import(
    staff: Mapping[str, Any], groupings: Iterable[Sequence[str]]
) -> dict[tuple[tuple[tuple[str, str], ...], str | None], int]:
    counts = {group_key({}, None): int(staff["all"])}
    if ("office",) in {tuple(columns) for columns in groupings}:
        counts |= {group_key({"office": office}, None): int(count) for office, count in staff["offices"].items()}
    return counts


def group_key(group: Mapping[str, str], period: str | None) -> tuple[tuple[tuple[str, str], ...], str | None]:
    return tuple(sorted(group.items())), period
