"""The Python calls about models: each gives a frame with its columns, on a small made-up job centre."""

from __future__ import annotations

from datetime import date
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


def test_the_log_of_a_study_is_asked_with_the_norms_and_metrics_of_the_study(log: Any, tmp_path: Path) -> None:
    from procmine.workplace import init

    study = tmp_path / "study"
    init(study)
    (study / "procmine.toml").write_text(f'log = "{log.store.as_posix()}"\n', encoding="utf-8")
    norms = (study / "norms.toml").read_text(encoding="utf-8").replace('land = ""', 'land = "NW"', 1)
    (study / "norms.toml").write_text(norms.replace("decision_in_time", "decided_in_time"), encoding="utf-8")
    for suffix in ("toml", "sql"):
        own = study / "metrics" / f"self_initiated_appointments.{suffix}"
        own.rename(own.with_stem("asked_for"))
    found = pmn.read_log(study)

    assert pmn.measure(found, metrics=["asked_for"]).value.notna().all()
    assert "decided_in_time" in set(pmn.conform(found).metric)
    assert (pmn.discover(found).lands, pmn.discover(log).lands) == (("NW",), ("",))


def test_a_case_is_everywhere_that_of_its_first_known_office(tmp_path: Path) -> None:
    from procmine import study

    rows = ["case_id,activity,timestamp,office"]
    for number in range(6):
        office = "JC-1" if number % 2 else ""
        rows += [f"{number},first_interview,2025-01-0{number + 1}T08:00,{office}"]
        rows += [f"{number},followup_interview,2025-02-0{number + 1}T08:00,JC-1"]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    log = pmn.read_log(path)
    _, office = study.variety(log, by_office=True)

    assert log.engine.run("SELECT COUNT(*) FROM cases WHERE office = 'JC-1'") == [(6,)]
    assert (office.office, office.cases) == ("JC-1", 6)
    assert pmn.discover(log, office="JC-1").cases == 6


def test_courses_come_most_frequent_first(log: Any) -> None:
    found = pmn.variants(log)

    assert list(found.columns) == ["activities", "cases", "share"]
    assert found.cases.is_monotonic_decreasing


def test_the_exported_log_is_read_again_with_its_source_file(log: Any, tmp_path: Path) -> None:
    told = pmn.export(log, tmp_path / "log.xes")
    again = pmn.read_log(told.path, source=str(told.source))

    assert again.receipt["events"] == log.receipt["events"] == told.events


def test_days_keep_the_first_days_of_cases_watched_from_their_beginning_for_so_long(log: Any) -> None:
    from procmine.mine.chosen import Chosen

    where = Chosen(days=90).condition(log.engine)
    rows = log.engine.run(
        f"""SELECT MAX(local_date - first_day), MAX(first_day), MIN(entry)
        FROM (SELECT case_id, local_date, MIN(local_date) OVER (PARTITION BY case_id) AS first_day
            FROM events WHERE {where}) AS e JOIN cases AS c USING (case_id)"""
    )
    longest, latest, earliest_entry = rows[0]
    observed = log.engine.run("SELECT first_day, last_day FROM observation")[0]

    assert 60 < longest < 90
    assert (observed[1] - latest).days >= 90
    assert earliest_entry >= observed[0]


def test_periods_are_compared_by_equally_many_days_of_each_case(log: Any) -> None:
    from procmine import study

    models, names = study.two_models(log, study.EVERY_CASE, "2025-10-01")
    last = date.fromisoformat(log.receipt["observation"]["last_day"])

    assert names[0].endswith(f"first {(last - date(2025, 10, 1)).days // 2} days")
    assert all(model.value.cases > 20 for model in models)


def test_what_is_held_against_nothing_is_refused_with_the_way_out(log: Any) -> None:
    from procmine import study
    from procmine.errors import UsageError

    with pytest.raises(UsageError, match="--office JC-01 --against JC-02"):
        study.two_models(log, study.EVERY_CASE, "JC-02")


def test_a_day_too_near_the_end_is_refused(log: Any) -> None:
    from procmine import study
    from procmine.errors import UsageError

    with pytest.raises(UsageError, match="too short a time"):
        study.two_models(log, study.EVERY_CASE, log.receipt["observation"]["last_day"])
