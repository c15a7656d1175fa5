"""Amounts: one amount a case, ranked within each group in the engine, and the sums over ranks that a Gini needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from procmine.log import Log
from procmine.measure.items import Cut, Window, ask, by_case, gather
from procmine.measure.sums import COARSE, units
from procmine.metric import Metric
from procmine.stats.concentration import RankSums


@dataclass(frozen=True, slots=True)
class AmountSums:
    """One group: its items and cases, and its known amounts (several of one case are added) by rank."""

    group: Mapping[str, str]
    period: str | None
    items: int
    unknown_items: int
    cases: int
    ranks: RankSums


def sum_amounts(log: Log, metric: Metric, asked: Sequence[Cut], window: Window) -> tuple[AmountSums, ...]:
    """The amounts of every group of every cut, in units of 1/COARSE so that a share of a rank keeps its digits."""
    known = "numerator IS NOT NULL"
    amount = f"CAST(COALESCE(SUM({units('numerator', COARSE)}), 0) AS BIGINT) AS x"
    cells = gather(log, metric, asked, window, ["COUNT(*) AS i", f"COUNT(*) FILTER (WHERE {known}) AS k", amount])
    found = []
    for cut in asked:
        for row in ask(log, _by_group(cut, cells)):
            group, period, rest = cut.named(row)
            items, known_items, cases, *ranks = (int(value or 0) for value in rest)
            found.append(AmountSums(group, period, items, items - known_items, cases, RankSums(*ranks)))
    return tuple(found)


def _by_group(cut: Cut, cells: Sequence[str]) -> str:
    """A case without a known amount counts among the cases, and has no rank."""
    prefix = f"{cut.listed()}, " if cut.keys else ""
    known = "CASE WHEN k > 0 THEN 1 ELSE 0 END"
    part = f"PARTITION BY {prefix}{known}"
    cases = by_case(cut, cells, {"i": "BIGINT", "k": "BIGINT", "x": "HUGEINT"})
    ranked = (
        f"SELECT {prefix}i, k, x AS y, ROW_NUMBER() OVER ({part} ORDER BY x, case_id) AS r, "
        f"COUNT(*) OVER ({part}) AS n, SUM(x) OVER ({part} ORDER BY x, case_id ROWS UNBOUNDED PRECEDING) AS upto "
        "FROM by_case"
    )
    shared = (
        f"SELECT {prefix}i, k, y, (2 * r - 1) * y AS ry, "
        "CAST(ROUND(CAST((2 * r - 1) * y - 2 * upto AS DOUBLE) / n) AS HUGEINT) AS b FROM ranked"
    )
    totals = ["SUM(i)", "SUM(k)", "COUNT(*)", "COUNT(*) FILTER (WHERE k > 0)"]
    totals += [f"SUM({value}) FILTER (WHERE k > 0)" for value in ("y", "ry", "b", "y * y", "b * y", "b * b")]
    order = f" ORDER BY {cut.listed()}" if cut.keys else ""
    return (
        f"WITH by_case AS ({cases}), ranked AS ({ranked}), shared AS ({shared}) "
        f"SELECT {cut.listed(*totals)} FROM shared{cut.grouped()}{order}"
    )
