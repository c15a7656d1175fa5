"""Figures of every unit from items in an engine: second opinions from the definitions, statuses, what stands beside."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from procmine.engines.duckdb import connect
from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.measure import measure_one
from procmine.metric import Metric, catalogue
from procmine.metric.definition import Arm
from procmine.schema import load_schema
from procmine.sql import read_query
from procmine.stats.survival import at, happened_by, product_limit

SCHEMA = load_schema()
ANY = catalogue()["self_initiated_appointments"]
KINDS = {
    "item_id": "text",
    "case_id": "key",
    "office": "text",
    "on_date": "date",
    "numerator": "number",
    "denominator": "integer",
    "arm": "text",
    "one": "number",
    "other": "number",
}
WORDS = {"de": "ja", "en": "yes"}
DAY = date(2025, 3, 1)
Item = Mapping[str, Any]


def metric(unit: str, *, parts: Sequence[str] = (), whole: bool = True, **fields: Any) -> Metric:
    """A metric whose items are the rows of the table ``given``; ``whole``: its numerators are whole numbers."""
    arms = (Arm("a", WORDS), Arm("b", WORDS)) if unit == "difference" else None
    columns = [
        "item_id",
        "case_id",
        "office",
        "on_date",
        "numerator",
        "denominator",
        *(["arm"] if arms else []),
        *parts,
    ]
    kinds = KINDS | ({"numerator": "integer", "one": "integer", "other": "integer"} if whole else {})
    query = read_query(f"SELECT {', '.join(columns)} FROM given", where="given", tables={"given": kinds})
    told = {"unit": unit, "parts": {name: WORDS for name in parts}, "arms": arms, "staff": False, "groups": ()}
    return replace(ANY, query=replace(query, needs={}), one_sided=frozenset(), **(told | fields))


def log(items: Iterable[Item], **receipt: Any) -> Log:
    """A log that holds nothing but items; each is counted unless it says otherwise."""
    engine = connect()
    rows = [{"office": "A", "on_date": DAY, "denominator": 1} | dict(item) for item in items]
    for number, row in enumerate(rows):
        row.setdefault("item_id", f"i{number}")
    engine.fill("given", KINDS, [tuple(row.get(name) for name in KINDS) for row in rows])
    engine.fill("events", {"office": "text", "activity": "code"}, receipt.pop("events", [("A", "reduction")]))
    held: dict[str, set[str]] = {}
    for row in rows:
        held.setdefault(str(row["office"]), set()).add(str(row["case_id"]))
    offices = [{"name": name, "cases": len(held[name])} for name in sorted(held)]
    told = {"absent": [], "activities": ["reduction"], "columns": [], "offices": offices, "events": len(rows)}
    return Log(Path(), told | receipt, engine, SCHEMA)


def figures(of: Metric, items: Iterable[Item], by: Sequence[str] = (), **receipt: Any) -> list[Measurement]:
    return list(measure_one(log(items, **receipt), of, by=by, start=None, end=None))


def figure(of: Metric, items: Iterable[Item]) -> Measurement:
    return figures(of, items)[0]


def cases(numerators: Iterable[float | None], **fields: Any) -> list[dict[str, Any]]:
    return [{"case_id": f"c{k}", "numerator": value, **fields} for k, value in enumerate(numerators)]


# numbers and rates


def test_a_number_is_a_mean_without_a_bound() -> None:
    found = figure(metric("number", whole=False), cases([2.5, 0.0, 7.25, None] * 20))

    assert (found.value, found.numerator, found.denominator) == (3.25, 195, 60)
    assert (found.bounds, found.coverage) == (None, 0.75)
    assert found.interval == pytest.approx((2.467, 4.033), abs=1e-3)  # 3.25 ± 2.001·√(60/59·560.83/3600)


def yearly(events: Sequence[int], days: int = 365, **fields: Any) -> list[dict[str, Any]]:
    return [{"case_id": f"c{k}", "numerator": x, "denominator": days, **fields} for k, x in enumerate(events)]


def test_a_rate_is_events_over_case_years() -> None:
    found = figure(metric("rate", per=100), yearly([1] * 20 + [0] * 80, days=1461))

    assert found.value == pytest.approx(5.0)
    assert (found.numerator, found.denominator) == (20, 146_100)
    assert found.interval == pytest.approx((5 * 0.610826, 5 * 1.544419), abs=1e-5)  # metrics.md D, oracle (a)
    assert found.effective_n == pytest.approx(4.0)
    assert found.status is Status.OK


def test_stretches_of_a_case_belong_together() -> None:
    stretches = [
        {"case_id": f"c{k}", "numerator": int(k < 10), "denominator": 30} for k in range(100) for _ in range(5)
    ]
    found = figure(metric("rate"), stretches)

    # The same numbers as tests/stats/test_intervals.py: five events in each of ten cases, design effect 4.545.
    assert found.value is not None and found.effective_n is not None
    assert found.value * found.effective_n == pytest.approx(50 / (100 / 99 * 225 / 50))
    assert (found.items, found.cases) == (500, 100)


@pytest.mark.parametrize(("events", "status"), [(5, Status.OK), (4, Status.INSUFFICIENT_N)])
def test_a_rate_over_all_needs_five_events(events: int, status: Status) -> None:
    found = figure(metric("rate"), yearly([1] * events + [0] * (60 - events)))

    assert found.status is status
    assert found.value is not None


def test_an_office_is_large_enough_by_what_is_expected_there_not_by_what_happened() -> None:
    items = [{**row, "office": "A"} for row in yearly([1] * 30 + [0] * 30)]
    items += [{**row, "office": "B", "case_id": f"b{k}"} for k, row in enumerate(yearly([0] * 60))]
    found = figures(metric("rate"), items, by=("office",), events=[("A", "reduction"), ("B", "reduction")])
    quiet = next(one for one in found if one.group == {"office": "B"})

    assert (quiet.value, quiet.status) == (0, Status.OK)
    assert quiet.interval and quiet.interval[1] > 3.688 / (60 * 365 / 365.25)


def test_an_office_whose_record_has_none_of_the_events_is_not_zero() -> None:
    items = [{**row, "office": "A"} for row in yearly([1] * 30 + [0] * 30)]
    items += [{**row, "office": "B", "case_id": f"b{k}"} for k, row in enumerate(yearly([0] * 60))]
    items += [{**row, "office": "C", "case_id": f"d{k}"} for k, row in enumerate(yearly([0] * 5))]
    of = metric("rate", activities=frozenset({"reduction"}))
    found = figures(of, items, by=("office",), events=[("A", "reduction")] * 30)
    silent, small = (next(one for one in found if one.group == {"office": name}) for name in "BC")

    assert (silent.status, silent.value) == (Status.NOT_MEASURABLE, None)
    assert "about 30 would be expected" in silent.reason["en"]
    assert small.status is Status.INSUFFICIENT_N


def test_an_office_that_does_not_record_the_events_is_in_no_pooled_value() -> None:
    of = metric("share", activities=frozenset({"reduction"}))
    items = [{"case_id": f"a{k}", "office": "A", "numerator": k % 2} for k in range(300)]
    silent = [{"case_id": f"b{k}", "office": "B", "numerator": 0} for k in range(60)]
    alone = figures(of, items)[0]
    found = figures(of, [*items, *silent], by=("office",), events=[("A", "reduction")] * 50)
    whole, quiet = (next(one for one in found if one.group == group) for group in ({}, {"office": "B"}))

    assert (whole.value, whole.items, whole.status) == (alone.value, 300, Status.OK)
    assert (quiet.status, quiet.value) == (Status.NOT_MEASURABLE, None)


@pytest.mark.parametrize(("silent", "status"), [(100, Status.LOW_COVERAGE), (400, Status.NOT_MEASURABLE)])
def test_a_pooled_value_of_few_offices_that_record_says_so(silent: int, status: Status) -> None:
    of = metric("share", activities=frozenset({"reduction"}))
    items = [{"case_id": f"a{k}", "office": "A", "numerator": k % 2} for k in range(300)]
    items += [{"case_id": f"b{k}", "office": "B", "numerator": 0} for k in range(silent)]
    whole = figures(of, items, events=[("A", "reduction")] * 50)[0]

    assert whole.status is status
    assert "of the cases record what the value rests on" in whole.reason["en"]


def test_a_log_without_any_event_of_the_kind_is_not_measurable() -> None:
    of = metric("rate", activities=frozenset({"reduction"}))
    (found,) = figures(of, yearly([0] * 60), activities=["application"])

    assert found.status is Status.NOT_MEASURABLE
    assert SCHEMA.activities["reduction"].title["de"] in found.reason["de"]


# survival


def spells(seed: int, most: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)  # noqa: S311 - made-up items, no secret
    items = []
    for case in range(60):
        speed = draw.choice((2, 40))
        for _ in range(draw.randint(1, most)):
            days, watch = int(draw.expovariate(1 / speed)), draw.randint(0, 40)
            items.append({"case_id": f"c{case}", "numerator": int(days <= watch), "denominator": min(days, watch)})
    return items


def counted(items: Sequence[Item]) -> list[tuple[int, int, int]]:
    days = sorted({item["denominator"] for item in items})
    return [
        (
            day,
            sum(i["numerator"] for i in items if i["denominator"] == day),
            sum(i["denominator"] == day for i in items),
        )
        for day in days
    ]


def by_definition(items: Sequence[Item], horizon: int) -> float:
    """The variance of log S by cases: each case's weight raised a little, the change of log S squared and summed."""

    def log_left(weights: Mapping[str, float]) -> float:
        total = 0.0
        for day in range(horizon + 1):
            here = [item for item in items if item["denominator"] >= day]
            at_risk = math.fsum(weights[item["case_id"]] for item in here)
            gone = math.fsum(weights[i["case_id"]] for i in here if i["numerator"] and i["denominator"] == day)
            total += math.log(1 - gone / at_risk) if gone else 0.0
        return total

    even = {item["case_id"]: 1.0 for item in items}
    step = 1e-5
    changes = [
        (log_left(even | {case: 1 + step}) - log_left(even | {case: 1 - step})) / (2 * step) for case in sorted(even)
    ]
    return math.fsum(change * change for change in changes)


def test_a_survival_with_cases_of_several_items_has_the_jackknife_interval() -> None:
    items = spells(3, most=6)
    found = figure(metric("survival", horizon=14), items)
    steps = product_limit(counted(items))
    expected = happened_by(steps, 14, by_cases=by_definition(items, 14), trials=1)
    step = at(steps, 14)
    assert step is not None and found.interval and expected.interval

    assert by_definition(items, 14) > 1.1 * step.variance  # or the cases would not matter here
    assert found.value == pytest.approx(expected.value)
    assert found.interval == pytest.approx(expected.interval, rel=1e-6)


def test_a_survival_with_one_item_a_case_has_greenwoods_interval() -> None:
    items = spells(4, most=1)
    found = figure(metric("survival", horizon=14), items)
    expected = happened_by(product_limit(counted(items)), 14, by_cases=None, trials=1)

    assert (found.value, found.interval) == (expected.value, expected.interval)


def test_the_median_stands_beside_the_share_within_the_horizon() -> None:
    found = figure(metric("survival", horizon=14), spells(4, most=1))
    (median,) = found.further

    assert (median.kind, median.name) == ("median", "days")
    assert median.value is not None and median.interval and median.interval[0] <= median.value <= median.interval[1]


def test_unknown_items_of_a_survival_widen_its_bounds() -> None:
    items = [*spells(4, most=1), *cases([None] * 15, denominator=3)]
    found = figure(metric("survival", horizon=14), items)
    assert found.value is not None

    assert (found.coverage, found.items) == (0.8, 75)
    assert found.bounds == pytest.approx((0.8 * found.value, 0.8 * found.value + 0.2))


def test_a_horizon_nobody_was_watched_to_has_no_value() -> None:
    items = [*spells(4, most=1), {"case_id": "z", "numerator": 0, "denominator": 41}]
    found = figure(metric("survival", horizon=90), items)

    assert (found.value, found.status) == (None, Status.INSUFFICIENT_N)
    assert found.reason["en"] == "Watched too briefly: nobody was still under observation on day 90."


# differences


def arms(first: Sequence[int], second: Sequence[int], shared: bool = False) -> list[dict[str, Any]]:
    other = "c" if shared else "d"
    items = [{"case_id": f"c{k}", "numerator": x, "arm": "a"} for k, x in enumerate(first)]
    return items + [{"case_id": f"{other}{k}", "numerator": x, "arm": "b"} for k, x in enumerate(second)]


def test_the_difference_of_the_reference() -> None:
    # metrics.md B4: 45 of 225 against 18 of 258.
    found = figure(metric("difference"), arms([1] * 45 + [0] * 180, [1] * 18 + [0] * 240))
    first, second, ratio = found.further

    assert found.value == pytest.approx(0.130233, abs=1e-6)
    assert [first.value, second.value, ratio.value] == pytest.approx([0.20, 0.069767, 2.866667], abs=1e-6)
    assert [(one.kind, one.name, one.items) for one in found.further] == [
        ("arm", "a", 225),
        ("arm", "b", 258),
        ("ratio", "ratio", 483),
    ]


def test_cases_on_both_sides_count_as_one_unit() -> None:
    hits = [1] * 20 + [0] * 40
    together, apart = (figure(metric("difference"), arms(hits, [*hits[1:], 0], shared)) for shared in (True, False))
    assert together.interval and apart.interval

    assert (together.cases, apart.cases) == (60, 120)
    assert together.interval[1] - together.interval[0] < 0.5 * (apart.interval[1] - apart.interval[0])


def test_each_side_needs_its_thirty_cases() -> None:
    found = figure(metric("difference"), arms([1, 0] * 100, [1] * 29))

    assert (found.status, found.known_cases) == (Status.INSUFFICIENT_N, 29)


def test_the_less_well_recorded_side_decides_the_coverage_status() -> None:
    items = [*arms([1, 0] * 300, [1, 0] * 20), *({"case_id": f"u{k}", "arm": "b"} for k in range(20))]
    found = figure(metric("difference"), items)

    assert found.status is Status.LOW_COVERAGE
    assert found.coverage == pytest.approx(640 / 660)
    assert found.bounds == pytest.approx((0.5 - 40 / 60, 0.5 - 20 / 60))


def test_items_on_no_side_leave_no_bounds() -> None:
    found = figure(metric("difference"), [*arms([1, 0] * 30, [1, 0] * 30), {"case_id": "n", "numerator": 1}])

    assert (found.bounds, found.coverage) == (None, 120 / 121)


# concentration and parts


def test_the_concentration_of_the_reference() -> None:
    # R ineq::Gini(c(1, 2, 2, 3, 4, 99)), printed in Cross Validated question 21868; every amount ten times over.
    found = figure(metric("concentration"), cases([1, 2, 2, 3, 4, 99] * 10))

    assert found.value == pytest.approx(0.7462462, abs=5e-8)
    assert (found.status, found.numerator, found.denominator) == (Status.OK, None, 60)


def test_amounts_of_one_case_are_added_before_they_are_ranked() -> None:
    halves = [{"case_id": f"c{k // 2}", "numerator": 3} for k in range(80)]

    assert figure(metric("concentration"), halves).value == 0


def test_nothing_to_spread_is_not_measurable() -> None:
    assert figure(metric("concentration"), cases([0] * 40)).status is Status.NOT_MEASURABLE


def test_parts_have_the_denominator_of_what_is_known_of_them() -> None:
    items = [{"case_id": f"c{k}", "numerator": int(k < 20), "one": int(k < 10) if k < 60 else None} for k in range(100)]
    (part,) = figure(metric("share", parts=["one"]), items).further

    assert (part.value, part.items, part.cases, part.hits) == (10 / 60, 60, 60, 10)
    assert part.interval and part.interval[0] < 10 / 60 < part.interval[1]


def test_a_part_known_of_less_than_half_has_no_value() -> None:
    items = [{"case_id": f"c{k}", "numerator": 1, "one": 1 if k < 49 else None} for k in range(100)]

    assert [one.value for one in figure(metric("share", parts=["one"]), items).further] == [None]


def test_a_part_of_a_rate_is_a_rate_over_the_same_time() -> None:
    items = [{**row, "one": int(k < 8)} for k, row in enumerate(yearly([1] * 20 + [0] * 80, days=1461))]
    (part,) = figure(metric("rate", per=100, parts=["one"]), items).further

    assert part.value == pytest.approx(2.0)
    assert part.hits == 8


# all of them


@pytest.mark.parametrize("unit", ["share", "mean", "number", "rate", "survival", "difference", "concentration"])
def test_the_order_of_rows_changes_no_digit(unit: str) -> None:
    draw = random.Random(unit)  # noqa: S311 - made-up items, no secret
    items: list[dict[str, Any]] = []
    for k in range(600):
        days = 1 if unit not in ("rate", "survival") else draw.randint(1, 30)
        value = draw.randint(0, 1) if unit in ("share", "rate", "survival") else draw.random()
        items.append(
            {"item_id": f"i{k}", "case_id": f"c{k % 140}", "numerator": value, "denominator": days, "arm": "ab"[k % 2]}
            | {"office": "AB"[k % 3 % 2]}
        )
    of = metric(unit, whole=unit in ("share", "rate", "survival"), horizon=14 if unit == "survival" else None)
    first = [one.to_dict() for one in figures(of, items, by=("office",))]
    mixed = [one.to_dict() for one in figures(of, draw.sample(items, len(items)), by=("office",))]

    assert first == mixed


def test_only_figures_with_something_beside_them_say_further_in_the_json() -> None:
    plain, mixed = (figure(metric("share", parts=parts), cases([1, 0] * 30, one=1)) for parts in ((), ("one",)))

    assert "further" not in plain.to_dict()
    assert mixed.to_dict()["further"] == [
        {"name": "one", "kind": "part", "value": 1, "interval": [0.025 ** (1 / 60), 1], "items": 60, "cases": 60}
    ]
