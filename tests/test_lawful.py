"""Figures stand apart where the law changed in what matters for a metric, and are pooled where it did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from procmine.findings import Measurement, Status
from procmine.log import Log
from procmine.measure import measure
from procmine.metric import Metric, catalogue
from procmine.simulate import load_scenario, simulate
from procmine.study import open_log

SCENARIO = """
title = { de = "Zwei Rechtsstände", en = "Two regimes" }
first_day = 2022-07-01
last_day = 2023-06-30
[defaults]
cases = 300
[[office]]
office = "A"
[[office]]
office = "B"
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A log over the change of 1 January 2023."""
    place = tmp_path_factory.mktemp("law")
    (place / "event_logs" / "scenarios").mkdir(parents=True)
    (place / "event_logs" / "scenarios" / "law.toml").write_text(SCENARIO, encoding="utf-8")
    return open_log(simulate(load_scenario("law", place), place, seed=2).log)


def metric(*topics: str) -> Metric:
    return replace(catalogue()["self_initiated_appointments"], regimes=topics)


def measured(log: Log, *topics: str, start: date | None = None, end: date | None = None) -> list[Measurement]:
    return list(measure(log, {"m": metric(*topics)}, by=["office"], start=start, end=end))


def one(found: list[Measurement], **group: str) -> Measurement:
    return next(each for each in found if dict(each.group) == group)


def test_pooling_across_a_change_that_matters_is_refused_with_the_reason(log: Log) -> None:
    whole = one(measured(log, "sanctions"))

    assert (whole.status, whole.value) == (Status.NOT_MEASURABLE, None)
    assert whole.reason["en"] == (
        "Not measurable over the whole time: the law changed (2023-01-01: Bürgergeld, first stage). "
        "Each regime has a figure of its own."
    )


def test_each_regime_has_the_figure_of_its_days(log: Log) -> None:
    found = measured(log, "sanctions")
    plain = measured(log, start=date(2023, 1, 1))

    assert one(found, regime="BUERGERGELD_1").value == one(plain).value is not None
    assert one(found, office="A", regime="BUERGERGELD_1").numerator == one(plain, office="A").numerator


def test_the_items_of_the_regimes_are_the_items_of_the_log(log: Log) -> None:
    found = measured(log, "sanctions")

    parts = [one(found, regime=name).items for name in ("MORATORIUM", "BUERGERGELD_1")]
    assert sum(count or 0 for count in parts) == one(measured(log)).items


def test_a_change_in_another_topic_breaks_nothing(log: Log) -> None:
    assert one(measured(log, "plan")).value == one(measured(log)).value


def test_days_within_one_regime_are_pooled(log: Log) -> None:
    assert one(measured(log, "sanctions", end=date(2022, 12, 31))).status is not Status.NOT_MEASURABLE


def test_what_is_not_measurable_under_any_law_says_why_and_not_that_the_law_changed(log: Log) -> None:
    lacking = replace(log, receipt={**log.receipt, "absent": ["initiator"]})
    found = one(measured(lacking, "sanctions"))

    assert found.reason["en"].startswith("Not measurable: the export has no attribute initiator")
