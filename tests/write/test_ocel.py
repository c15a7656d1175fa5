"""OCEL 2.0: the case and who and what it meets as objects, relations that say as what, and no person by name."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmine.log import Log
from procmine.write import write_log
from tests.write.conftest import HOSTILE, PLAIN, ROWS, csv_text

LOCAL = replace(PLAIN, workers="case-local")


@pytest.fixture(scope="module")
def said(hostile_log: Log, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = write_log(hostile_log, tmp_path_factory.mktemp("ocel") / "log.jsonocel").path
    return json.loads(path.read_text(encoding="utf-8"))


def relations(said: Any, activity: str) -> set[tuple[str, str]]:
    """Object and qualifier of the only event of an activity."""
    event = next(each for each in said["events"] if each["type"] == activity)
    return {(each["objectId"], each["qualifier"]) for each in event["relationships"]}


def test_every_type_of_object_is_there(said: Any) -> None:
    declared = [each["name"] for each in said["objectTypes"]]

    assert declared == ["case", "household", "appointment", "caseworker", "team"]
    assert {each["type"] for each in said["objects"]} == set(declared)


def test_every_id_is_given_once(said: Any) -> None:
    ids = [each["id"] for each in (*said["objects"], *said["events"])]

    assert len(ids) == len(set(ids))


def test_every_relation_leads_to_a_declared_object(said: Any) -> None:
    declared = {each["id"] for each in said["objects"]}
    related = {r["objectId"] for each in (*said["objects"], *said["events"]) for r in each.get("relationships", [])}

    assert related == declared


def test_every_event_speaks_of_one_case(said: Any) -> None:
    cases = [[r for r in event["relationships"] if r["qualifier"] == "case"] for event in said["events"]]

    assert [len(found) for found in cases] == [1] * len(ROWS)


def test_who_hands_over_and_who_takes_over_are_told_apart(said: Any) -> None:
    found = relations(said, HOSTILE[6])

    assert {("caseworker:Müller, Anna", "sending"), (f"caseworker:{HOSTILE[5]}", "receiving")} <= found


def test_an_appointment_number_of_two_cases_is_two_appointments(said: Any) -> None:
    ids = {each["id"] for each in said["objects"] if each["type"] == "appointment"}

    assert ids == {f"appointment:{HOSTILE[0]}/T 1", "appointment:c3/T 1"}


def test_two_cases_of_one_household_lead_to_one_object(said: Any) -> None:
    households = [each["id"] for each in said["objects"] if each["type"] == "household"]
    belong = [
        each["id"] for each in said["objects"] for r in each.get("relationships", []) if r["qualifier"] == "household"
    ]

    assert households == ["household:H%7C1"]
    assert belong == ["c1", "c3"]


def test_an_attribute_is_there_only_where_something_is_known(said: Any) -> None:
    event = next(each for each in said["events"] if each["type"] == "application" and each["id"].endswith("1"))

    assert [each["name"] for each in event["attributes"]] == ["timestamp"]


def test_a_team_of_another_office_is_another_team(make_log: Callable[..., Log], tmp_path: Path) -> None:
    rows = "a,x,2025-01-01,North,T1\nb,x,2025-01-02,South,T1\n"
    log = make_log(f"case_id,activity,timestamp,office,team\n{rows}")
    said = json.loads(write_log(log, tmp_path / "x.jsonocel").path.read_text(encoding="utf-8"))

    assert [each["id"] for each in said["objects"] if each["type"] == "team"] == ["team:North/T1", "team:South/T1"]


def test_caseworkers_numbered_within_a_case_are_persons_of_that_case(
    make_log: Callable[..., Log], tmp_path: Path
) -> None:
    log = make_log("case_id,activity,timestamp,worker\na,x,2025-01-01,W\nb,x,2025-01-02,W\n", LOCAL)
    said = json.loads(write_log(log, tmp_path / "x.jsonocel").path.read_text(encoding="utf-8"))

    assert [e["id"] for e in said["objects"] if e["type"] == "caseworker"] == ["caseworker:a/1", "caseworker:b/1"]


@pytest.mark.parametrize("ending", [".jsonocel", ".sqlite"])
def test_pm4py_reads_the_same_events_objects_and_relations(hostile_log: Log, tmp_path: Path, ending: str) -> None:
    sys._pm4py_welcome_shown = True  # type: ignore[attr-defined]
    import pm4py

    path = write_log(hostile_log, tmp_path / f"log{ending}").path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = (pm4py.read_ocel2_json if ending == ".jsonocel" else pm4py.read_ocel2_sqlite)(str(path))

    assert (len(read.events), len(read.objects)) == (len(ROWS), 3 + 1 + 2 + 2 + 2)
    assert sorted(read.events["ocel:activity"]) == sorted(row["activity"] for row in ROWS)
    assert set(read.relations["ocel:qualifier"]) == {
        "case", "household", "appointment", "acting", "sending", "receiving", "team"
    }  # fmt: skip


def test_a_name_of_a_person_stands_nowhere_once_names_are_pseudonyms(
    make_log: Callable[..., Log], tmp_path: Path
) -> None:
    log = make_log(csv_text(), replace(PLAIN, cases="keyed", workers="keyed"))
    text = write_log(log, tmp_path / "log.jsonocel").path.read_text(encoding="utf-8")

    assert "Müller" not in text and '"c1"' not in text
