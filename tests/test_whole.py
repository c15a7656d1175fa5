"""Figures that only whole stretches of time can bear are refused for parts of one, and measured for whole ones."""

from __future__ import annotations

from datetime import date

import pytest

from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.measure import measure
from procmine.metric import catalogue
from procmine.simulate import load_scenario, simulate
from procmine.study import open_log

SHIPPED = catalogue()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    place = tmp_path_factory.mktemp("whole")
    return open_log(simulate(load_scenario("one_office"), place, seed=4, events=8000).log)


def whole(log: Log, name: str, start: date | None = None, end: date | None = None) -> Measurement:
    return measure(log, {name: SHIPPED[name]}, start=start, end=end)[0]


@pytest.mark.parametrize(
    ("start", "end"), [(date(2025, 3, 10), None), (None, date(2025, 9, 15)), (date(2025, 3, 1), date(2025, 3, 20))]
)
def test_case_time_is_not_counted_in_parts_of_months(log: Log, start: date | None, end: date | None) -> None:
    found = whole(log, "employer_contacts", start, end)

    assert (found.status, found.value) == (Status.NOT_MEASURABLE, None)
    assert "parts of months" in found.reason["en"]


def test_case_time_is_counted_in_whole_months_and_they_add_up(log: Log) -> None:
    first = whole(log, "employer_contacts", None, date(2025, 8, 31))
    second = whole(log, "employer_contacts", date(2025, 9, 1), None)

    assert (first.numerator or 0) + (second.numerator or 0) == whole(log, "employer_contacts").numerator
    assert (first.denominator or 0) + (second.denominator or 0) == whole(log, "employer_contacts").denominator


def test_a_metric_that_judges_each_case_over_its_whole_time_is_refused_for_a_part(log: Log) -> None:
    found = whole(log, "contact_loss", None, date(2025, 12, 31))

    assert "judged over all the time it was watched" in found.reason["en"]


def test_a_metric_that_judges_each_case_over_its_whole_time_has_no_periods(log: Log) -> None:
    found = measure(log, {"contact_loss": SHIPPED["contact_loss"]}, by=["quarter"])

    assert {one.period for one in found} == {None}
    assert found[0].value is not None


def test_days_beyond_the_observation_cut_nothing(log: Log) -> None:
    assert whole(log, "contact_loss", date(2020, 1, 1), date(2030, 1, 1)).value == whole(log, "contact_loss").value
