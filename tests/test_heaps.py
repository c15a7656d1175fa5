"""The heaping index beside a share: the engine gives what Python counts case by case, and the door lets it out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from procmine.engines.duckdb import connect
from procmine.findings import Further, Measurement
from procmine.log import Log
from procmine.measure import measure_one
from procmine.metric import Heap, Metric, catalogue
from procmine.privacy import release
from procmine.schema import load_schema
from procmine.sql import read_query
from procmine.stats.heaping import heaping, neighbour_weights

KINDS = {
    "item_id": "text",
    "case_id": "key",
    "office": "text",
    "on_date": "date",
    "numerator": "integer",
    "denominator": "integer",
    "gap": "integer",
    "grid": "integer",
}
HEAP = Heap("gap", "grid", 3)
Row = tuple[str, int | None, int, int]


def metric() -> Metric:
    query = read_query(f"SELECT {', '.join(KINDS)} FROM given", where="given", tables={"given": KINDS})
    return replace(
        catalogue()["grid_adherence"], query=replace(query, needs={}), parts={}, heap=HEAP, one_sided=frozenset()
    )


def whole(rows: list[Row]) -> Measurement:
    engine = connect()
    given = [(f"i{n}", case, "A", date(2025, 3, 1), hit, 1, gap, grid) for n, (case, hit, gap, grid) in enumerate(rows)]
    engine.fill("given", KINDS, given)
    engine.fill("events", {"office": "text", "activity": "code"}, [("A", "followup_interview")])
    offices = [{"name": "A", "cases": len({row[0] for row in rows})}]
    receipt: dict[str, Any] = {"absent": [], "activities": ["followup_interview"], "columns": [], "offices": offices}
    log = Log(Path(), receipt | {"events": len(rows)}, engine, load_schema())
    return measure_one(log, metric(), by=(), start=None, end=None)[0]


def made_up(heaped: float, cases: int = 100) -> list[Row]:
    """Intervals between 20 and 120 days, of two grids, a part of them on the grid."""
    draw = random.Random(5)  # noqa: S311 - made-up intervals, no secret
    rows: list[Row] = []
    for number in range(cases):
        for _ in range(draw.randint(1, 6)):
            grid = draw.choice((42, 60))
            gap = grid + draw.randint(-2, 2) if draw.random() < heaped else draw.randint(20, 120)
            rows.append((f"c{number}", int(abs(gap - grid) <= 3), gap, grid))
    return rows


def index_of(one: Measurement) -> Further:
    return next(further for further in one.further if further.kind == "heap")


def test_the_index_is_what_python_counts_case_by_case() -> None:
    rows = made_up(0.3)
    weights = {grid: neighbour_weights(grid, 3) for grid in (42, 60)}
    by_case: dict[str, list[float]] = {}
    for case, _, gap, grid in rows:
        sums = by_case.setdefault(case, [0.0, 0.0])
        sums[0] += abs(gap - grid) <= 3
        sums[1] += weights[grid].get(gap, 0.0)
    seen = [pair for pair in by_case.values() if pair != [0.0, 0.0]]
    products = [sum(one[i] * one[j] for one in seen) for i, j in ((0, 0), (0, 1), (1, 1))]
    expected = heaping(len(seen), sum(one[0] for one in seen), sum(one[1] for one in seen), *products)
    found = index_of(whole(rows))

    assert found.value == pytest.approx(expected.index, rel=1e-5)
    assert found.interval == pytest.approx(expected.interval, rel=1e-5)


def test_a_prescribed_rhythm_shows_as_a_heap() -> None:
    found = index_of(whole(made_up(0.4)))

    assert found.interval is not None
    assert found.interval[0] > 2


def test_without_a_heap_the_interval_holds_one() -> None:
    found = index_of(whole(made_up(0.0)))

    assert found.interval is not None
    assert found.interval[0] < 1 < found.interval[1]


def test_items_that_are_not_known_to_count_are_in_no_index() -> None:
    rows = made_up(0.3)
    unknown: list[Row] = [(f"u{number}", None, 60, 60) for number in range(40)]

    assert index_of(whole([*rows, *unknown])) == index_of(whole(rows))


def test_where_hardly_anything_is_expected_there_is_no_index() -> None:
    few: list[Row] = [(f"c{number}", 1, 60, 60) for number in range(40)] + [
        (f"d{number}", 0, 75, 60) for number in (1, 2)
    ]

    assert index_of(whole(few)).value is None


def test_a_shared_index_has_two_digits_and_an_interval_as_wide() -> None:
    exact = whole(made_up(0.3))
    shown = index_of(release([exact], "shared", sensitive=frozenset(), units={"grid_adherence": "share"}).value[0])
    was = index_of(exact)

    assert shown.value == pytest.approx(was.value, abs=0.05)
    assert shown.value == round(shown.value or 0, 1)
    assert was.interval is not None and shown.interval is not None
    assert shown.interval[0] <= was.interval[0] < was.interval[1] <= shown.interval[1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('length = "gap"\ngrid = "grid"\ntolerance = -1', "heap.tolerance is no whole number of days"),
        ('length = "case_id"\ngrid = "grid"\ntolerance = 3', "heap names no two columns"),
        ('length = "gap"\ngrid = "grid"\ntolerance = 3\nwidth = 1', "width"),
    ],
)
def test_a_wrong_heap_of_a_study_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    from procmine.content import listing, read_text
    from procmine.errors import ContentError

    folder = tmp_path / "metrics"
    folder.mkdir()
    sheet = read_text(listing("metrics", ".toml")["grid_adherence"])
    was = 'length = "gap"\ngrid = "grid"\ntolerance = 3'
    (folder / "grid_adherence.toml").write_text(sheet.replace(was, text), encoding="utf-8")
    (folder / "grid_adherence.sql").write_text(
        read_text(listing("metrics", ".sql")["grid_adherence"]), encoding="utf-8"
    )

    with pytest.raises(ContentError, match=sentence):
        catalogue(tmp_path)
