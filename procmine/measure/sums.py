"""Sums: a metric's items added up by case and group in the engine, and cases by group; one row a group comes out.

Sums are of whole numbers, so that figures repeat to the last digit whatever the engine's threads do: a column that
holds fractions is scaled by a power of two first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from procmine.engines.duckdb import quoted
from procmine.log import Log
from procmine.measure.items import Cut, Window, ask, by_case, gather
from procmine.metric import Metric

# An index from 0 to 1 is summed in these units: an error below 1e-12 an item.
FINE = 2**40
# Numbers without that bound (minutes, amounts): an error below 1e-7 an item, and squares over all cases still fit.
COARSE = 2**24


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over the items whose numerator is known, and over their cases' sums x and n: numerators, denominators.

    All in units of ``1/scale`` (squares of that), so that nothing is lost on the way to the interval. ``clusters`` are
    the cases with n > 0.
    """

    items: int
    clusters: int
    x: int
    n: int
    xx: int
    xn: int
    nn: int
    scale: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The sufficient sums of one group: ``known`` of the numerator, ``parts`` of each further one. ``items`` and
    ``cases`` count all, ``unknown`` is the denominators of the ``unknown_items`` in the units of ``known``."""

    group: Mapping[str, str]
    period: str | None
    items: int
    unknown_items: int
    cases: int
    unknown: int
    known: Moments
    mean_of_cases: float | None
    parts: Mapping[str, Moments] = field(default_factory=dict)


def scale_of(metric: Metric, column: str) -> int:
    """The units a column of the metric's query is summed in: 1 for whole numbers."""
    if metric.query is None or metric.query.families.get(column) == "integer":
        return 1
    return FINE if metric.unit in ("mean", "difference") and column != "denominator" else COARSE


def units(column: str, scale: int) -> str:
    """A column in whole units, as SQL."""
    return f"CAST(ROUND({column} * {scale}) AS BIGINT)" if scale > 1 else f"CAST({column} AS BIGINT)"


def sum_items(log: Log, metric: Metric, asked: Sequence[Cut], window: Window) -> tuple[Sums, ...]:
    """The sums of every group of every cut."""
    columns = ("numerator", *metric.parts)
    weight = units("denominator", scale_of(metric, "denominator"))
    values = ["COUNT(*) AS i", _sum(weight, "numerator IS NULL", "u")]
    for number, column in enumerate(columns):
        known = f"{quoted(column)} IS NOT NULL AND denominator IS NOT NULL"
        values.append(f"COUNT(CASE WHEN {known} THEN 1 END) AS k{number}")
        values.append(_sum(units(quoted(column), scale_of(metric, column)), known, f"x{number}"))
        values.append(_sum(weight, known, f"n{number}"))
    cells = gather(log, metric, asked, window, values)
    # A case's ratio in units of 1/FINE, whatever units its two sums are in.
    ratio = FINE * scale_of(metric, "denominator") / scale_of(metric, "numerator")
    return tuple(
        _sums(metric, *cut.named(row)) for cut in asked for row in ask(log, _by_group(cut, cells, len(columns), ratio))
    )


def _sum(value: str, known: str, name: str) -> str:
    return f"CAST(COALESCE(SUM(CASE WHEN {known} THEN {value} END), 0) AS BIGINT) AS {name}"


def _by_group(cut: Cut, cells: Sequence[str], columns: int, ratio: float) -> str:
    """Cells to cases, cases to groups."""
    names = [name for number in range(columns) for name in (f"k{number}", f"x{number}", f"n{number}")]
    cases = by_case(cut, cells, dict.fromkeys(("i", "u", *names), "BIGINT"))
    totals = ["SUM(i)", "COUNT(*)", "SUM(u)"]
    totals.append(f"SUM(CAST(ROUND(CAST(x0 AS DOUBLE) / NULLIF(n0, 0) * {ratio!r}) AS HUGEINT))")
    for number in range(columns):
        x, n = f"CAST(x{number} AS HUGEINT)", f"CAST(n{number} AS HUGEINT)"
        totals += [f"SUM(k{number})", f"COUNT(*) FILTER (WHERE n{number} > 0)", f"SUM(x{number})", f"SUM(n{number})"]
        totals += [f"SUM({x} * {x})", f"SUM({x} * {n})", f"SUM({n} * {n})"]
    order = f" ORDER BY {cut.listed()}" if cut.keys else ""
    return f"SELECT {cut.listed(*totals)} FROM ({cases}) AS by_case{cut.grouped()}{order}"


def _sums(metric: Metric, group: Mapping[str, str], period: str | None, row: Sequence[Any]) -> Sums:
    items, cases, unknown, means, *rest = (int(value or 0) for value in row)
    weight = scale_of(metric, "denominator")
    moments = {}
    for number, column in enumerate(("numerator", *metric.parts)):
        moments[column] = _moments(rest[7 * number : 7 * number + 7], scale_of(metric, column), weight)
    known = moments.pop("numerator")
    return Sums(
        group=group,
        period=period,
        items=items,
        unknown_items=items - known.items,
        cases=cases,
        unknown=unknown * (known.scale // weight),
        known=known,
        mean_of_cases=means / FINE / known.clusters if known.clusters else None,
        parts=moments,
    )


def _moments(row: Sequence[int], scale: int, weight: int) -> Moments:
    """Numerators come in units of 1/scale, denominators of 1/weight: both in the finer one."""
    items, clusters, x, n, xx, xn, nn = row
    fine = max(scale, weight)
    a, b = fine // scale, fine // weight
    return Moments(items, clusters, x * a, n * b, xx * a * a, xn * a * b, nn * b * b, fine)
