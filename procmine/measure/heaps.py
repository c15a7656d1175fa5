"""Heaps: how many lengths lie on their grid and how many their neighbours expect, summed by case in the engine.

The weights of the neighbours (``stats.heaping``) go into the engine as a small table, so that no length leaves it. An
expected number is summed in units of 1/UNIT, so that figures repeat to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from procmine.engines.duckdb import quoted
from procmine.findings import Further
from procmine.log import Log
from procmine.measure.items import Cut, GroupKey, Window, ask, by_case, gather, group_key, items_query
from procmine.metric import Heap, Metric
from procmine.sql import translate
from procmine.stats.heaping import heaping, neighbour_weights

UNIT = 2**24
LEAST_EXPECTED = 5.0
"""With fewer expected the index is one of chance, as in a chi-square test (Cochran 1954)."""
_WEIGHTS = "heap_weights_"


def sum_heaps(log: Log, metric: Metric, heap: Heap, asked: Sequence[Cut], window: Window) -> Mapping[GroupKey, Further]:
    """The heaping index of every group of every cut, to stand beside its figure; only items whose numerator is known
    count, as in the figure itself."""
    if not _keep_weights(log, metric, heap, window):
        return {}
    match = (
        f"LEFT JOIN {_WEIGHTS} AS w ON w.grid_ = told.{quoted(heap.grid)} AND w.length_ = told.{quoted(heap.length)}"
    )
    known = "numerator IS NOT NULL AND w.grid_ IS NOT NULL"
    values = [
        f"COUNT(CASE WHEN {known} THEN 1 END) AS k",
        f"CAST(COALESCE(SUM(CASE WHEN {known} THEN w.hit_ END), 0) AS BIGINT) AS o",
        f"CAST(COALESCE(SUM(CASE WHEN {known} THEN w.expected_ END), 0) AS BIGINT) AS e",
    ]
    cells = gather(log, metric, asked, window, values, beside=match)
    found = {}
    for cut in asked:
        for row in ask(log, _by_group(cut, cells)):
            group, period, sums = cut.named(row)
            found[group_key(group, period)] = _index(*(int(value or 0) for value in sums))
    return found


def _keep_weights(log: Log, metric: Metric, heap: Heap, window: Window) -> bool:
    """Make the table of weights for the grids that occur: False where no grid has neighbours to compare with."""
    grid = quoted(heap.grid)
    grids = ask(log, f"SELECT DISTINCT {grid} FROM ({items_query(metric, window)}) AS i WHERE {grid} > 0 ORDER BY 1")
    rows = []
    for (days,) in grids:
        weights = neighbour_weights(int(days), heap.tolerance)
        if weights:
            on_grid = range(int(days) - heap.tolerance, int(days) + heap.tolerance + 1)
            rows += [(int(days), length, 1, 0) for length in on_grid]
            rows += [(int(days), length, 0, round(weight * UNIT)) for length, weight in sorted(weights.items())]
    if rows:
        listed = ", ".join(str(row) for row in rows)
        table = f"SELECT * FROM (VALUES {listed}) AS w(grid_, length_, hit_, expected_)"
        log.engine.keep(_WEIGHTS, translate(table, log.engine.dialect))
    return bool(rows)


def _by_group(cut: Cut, cells: Sequence[str]) -> str:
    cases = by_case(cut, cells, {"k": "BIGINT", "o": "HUGEINT", "e": "HUGEINT"})
    totals = ["SUM(k)", "COUNT(*) FILTER (WHERE k > 0)", "SUM(o)", "SUM(e)", "SUM(o * o)", "SUM(o * e)", "SUM(e * e)"]
    order = f" ORDER BY {cut.listed()}" if cut.keys else ""
    return f"SELECT {cut.listed(*totals)} FROM ({cases}) AS by_case{cut.grouped()}{order}"


def _index(items: int, cases: int, o: int, e: int, oo: int, oe: int, ee: int) -> Further:
    found = heaping(cases, o, e / UNIT, oo, oe / UNIT, ee / UNIT**2)
    enough = found.index is not None and found.expected >= LEAST_EXPECTED
    return Further(
        name="heap",
        kind="heap",
        value=found.index if enough else None,
        interval=found.interval if enough else None,
        items=items,
        cases=cases,
    )
