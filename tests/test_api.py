"""The Python calls about models: each gives a frame with its columns, on a small made-up job centre."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import procmine as pmn


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from procmine.simulate import load_scenario, simulate

    path = tmp_path_factory.mktemp("api") / "log.csv"
    simulate(load_scenario("twelve_job_centres"), path, seed=1, events=8000)
    return pmn.read_log(path)


def test_handovers_come_as_a_row_a_connection(log: Any) -> None:
    found = pmn.handover(log)

    assert found["count"].sum() > 100
    assert found.warm.dropna().between(0, 1).all()


def test_branches_come_with_shares_and_a_status(log: Any) -> None:
    found = pmn.branches(log)

    assert set(found.status) <= {"ok", "lower_bound", "insufficient_n", "not_measurable", "no_choice"}
    assert (found.decisions > 0).any()


def test_norms_come_as_measurements(log: Any) -> None:
    found = pmn.conform(log, by=["office"])

    assert {"metric", "office", "value", "status"} <= set(found.columns)
    assert found.value.dropna().between(0, 1).all()


def test_courses_come_most_frequent_first(log: Any) -> None:
    found = pmn.variants(log)

    assert list(found.columns) == ["activities", "cases", "share"]
    assert found.cases.is_monotonic_decreasing


def test_the_exported_log_is_read_again_with_its_source_file(log: Any, tmp_path: Path) -> None:
    told = pmn.export(log, tmp_path / "log.xes")
    again = pmn.read_log(told.path, source=str(told.source))

    assert again.receipt["events"] == log.receipt["events"] == told.events
