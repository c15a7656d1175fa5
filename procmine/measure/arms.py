"""Arms: both sides of a difference summed by case in the engine; a case may lie in both, so products are summed too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procmine.engines.duckdb import literal
from procmine.log import Log
from procmine.measure.items import Cut, Window, ask, by_case, gather
from procmine.measure.sums import Moments, scale_of, units
from procmine.metric import Metric

_SIDES = ("a", "b")


@dataclass(frozen=True, slots=True)
class ArmSide:
    """One side: all its items and its unknown ones, the cases behind it, their denominators, and what is known."""

    items: int
    unknown_items: int
    cases: int
    unknown: int
    known: Moments


@dataclass(frozen=True, slots=True)
class TwoArms:
    """Both sides of one group. ``nowhere`` counts items of which the log does not say on which side they stand;
    ``clusters`` the cases with something known on either side; ``products`` are the sums over cases of x·x, x·n, n·x
    and n·n of first and second side, in squares of the units of ``known``."""

    group: Mapping[str, str]
    period: str | None
    items: int
    nowhere: int
    cases: int
    clusters: int
    sides: tuple[ArmSide, ArmSide]
    products: tuple[int, int, int, int]


def sum_arms(log: Log, metric: Metric, asked: Sequence[Cut], window: Window) -> tuple[TwoArms, ...]:
    """Both arms of every group of every cut."""
    arms = metric.arms or ()
    scale, weight = scale_of(metric, "numerator"), scale_of(metric, "denominator")
    known = "numerator IS NOT NULL AND denominator IS NOT NULL"
    values = ["COUNT(*) AS i"]
    for side, arm in zip(_SIDES, arms, strict=True):
        here = f"arm = {literal(arm.code)}"
        values += [
            f"COUNT(*) FILTER (WHERE {here}) AS i{side}",
            f"COUNT(*) FILTER (WHERE {here} AND {known}) AS k{side}",
            _sum(units("denominator", weight), f"{here} AND numerator IS NULL", f"u{side}"),
            _sum(units("numerator", scale), f"{here} AND {known}", f"x{side}"),
            _sum(units("denominator", weight), f"{here} AND {known}", f"n{side}"),
        ]
    cells = gather(log, metric, asked, window, values)
    return tuple(
        _two(*cut.named(row), scale=scale, weight=weight) for cut in asked for row in ask(log, _by_group(cut, cells))
    )


def _sum(value: str, known: str, name: str) -> str:
    return f"CAST(COALESCE(SUM({value}) FILTER (WHERE {known}), 0) AS BIGINT) AS {name}"


def _by_group(cut: Cut, cells: Sequence[str]) -> str:
    names = ("i", *(f"{name}{side}" for side in _SIDES for name in "ikuxn"))
    cases = by_case(cut, cells, dict.fromkeys(names, "HUGEINT"))
    totals = ["SUM(i)", "COUNT(*)", "COUNT(*) FILTER (WHERE na > 0 OR nb > 0)"]
    totals += [f"SUM({one} * {other})" for one in ("xa", "na") for other in ("xb", "nb")]
    for side in _SIDES:
        x, n = f"x{side}", f"n{side}"
        totals += [f"SUM(i{side})", f"COUNT(*) FILTER (WHERE i{side} > 0)", f"SUM(u{side})", f"SUM(k{side})"]
        totals += [f"COUNT(*) FILTER (WHERE {n} > 0)", f"SUM({x})", f"SUM({n})"]
        totals += [f"SUM({x} * {x})", f"SUM({x} * {n})", f"SUM({n} * {n})"]
    order = f" ORDER BY {cut.listed()}" if cut.keys else ""
    return f"SELECT {cut.listed(*totals)} FROM ({cases}) AS by_case{cut.grouped()}{order}"


def _two(group: Mapping[str, str], period: str | None, row: Sequence[Any], *, scale: int, weight: int) -> TwoArms:
    items, cases, clusters, xx, xn, nx, nn, *rest = (int(value or 0) for value in row)
    fine = max(scale, weight)
    a, b = fine // scale, fine // weight
    sides = (_side(rest[:10], a, b, fine), _side(rest[10:], a, b, fine))
    return TwoArms(
        group=group,
        period=period,
        items=items,
        nowhere=items - sides[0].items - sides[1].items,
        cases=cases,
        clusters=clusters,
        sides=sides,
        products=(xx * a * a, xn * a * b, nx * a * b, nn * b * b),
    )


def _side(row: Sequence[int], a: int, b: int, fine: int) -> ArmSide:
    items, cases, unknown, known_items, clusters, x, n, xx, xn, nn = row
    known = Moments(known_items, clusters, x * a, n * b, xx * a * a, xn * a * b, nn * b * b, fine)
    return ArmSide(items, items - known_items, cases, unknown * b, known)
