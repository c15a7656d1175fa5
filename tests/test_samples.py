"""The sample log of event_logs/README.md gives what its last paragraph says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from procmine import study
from procmine.errors import PrivacyError
from procmine.log import Log, open_store
from procmine.mine.chosen import Chosen
from procmine.read.importing import import_log
from procmine.report.publish import audit
from procmine.schema import load_schema

SAMPLE = Path(__file__).parents[1] / "event_logs" / "samples" / "one_case.csv"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    schema = load_schema()
    return open_store(import_log(SAMPLE, tmp_path_factory.mktemp("sample") / "store", schema=schema), schema)


def test_a_second_contact_with_the_same_worker_on_one_day_belongs_to_the_first(log: Log) -> None:
    rows = log.engine.run(
        "SELECT activity, contact_number, on_date - previous_date FROM contacts ORDER BY contact_number"
    )

    assert rows == [("first_interview", 1, None), ("followup_interview", 2, 21), ("joint_meeting", 3, 8)]


def test_an_appointment_keeps_its_last_outcome_and_its_first_initiator(log: Log) -> None:
    rows = log.engine.run("SELECT appointment_id, outcome, initiator FROM appointments ORDER BY 1")

    assert rows == [("T1", "attended", "caseworker"), ("T2", "attended", "client"), ("T3", "no_show", None)]


def test_a_transfer_without_a_type_is_warm_if_both_sides_met_within_fourteen_days(log: Log) -> None:
    rows = log.engine.run("SELECT activity, transfer_kind, handover_type, derived FROM handovers ORDER BY on_date")

    assert rows == [("referral", "external", "warm", True), ("worker_change", "internal", "file_only", False)]


def test_a_request_is_met_by_the_first_contact_after_it(log: Log) -> None:
    assert log.engine.run("SELECT fulfilled_on - on_date FROM requests") == [(7,)]


def test_a_log_of_one_person_leaves_in_no_report(log: Log, tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match="fewer than 10 cases") as fault:
        audit(log.store, out=tmp_path / "out")

    assert fault.value.exit_code == 4
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "ask",
    [
        lambda log: study.discover(log),
        lambda log: study.discover(log, algorithm="heuristics"),
        lambda log: study.branches(log),
        lambda log: study.variety(log),
        lambda log: study.variety(log, by_office=True),
        lambda log: study.conform_bpmn(log, study.drawn_norm("first_contact")),
    ],
)
def test_of_too_few_cases_nobody_is_told_that_there_are_none(log: Log, ask: Callable[[Log], object]) -> None:
    with pytest.raises(PrivacyError, match="fewer than 3 cases: the profile internal shows nothing of them") as fault:
        ask(log)

    assert fault.value.exit_code == 4


def test_two_sides_are_not_held_against_each_other_where_one_has_too_few_cases(tmp_path: Path) -> None:
    lines = ["case_id,activity,timestamp,office"]
    for office, cases in (("JC A", 20), ("JC B", 4)):
        lines += [f"{office}{n},contact,2025-03-{1 + n:02d}T09:00:00+01:00,{office}" for n in range(cases)]
    file = tmp_path / "log.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    schema = load_schema()
    opened = open_store(import_log(file, tmp_path / "store", schema=schema), schema)

    assert len(study.two_models(opened, Chosen(office="JC A"), "JC B", privacy="internal")[0]) == 2
    with pytest.raises(PrivacyError, match="log, JC B: These are fewer than 10 cases"):
        study.two_models(opened, Chosen(office="JC A"), "JC B", privacy="shared")
