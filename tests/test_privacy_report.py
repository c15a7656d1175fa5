"""A whole shared report of small job centres, read by somebody who looks for what it hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from procmine.findings import Findings, Status
from procmine.mine.discover import discover
from procmine.privacy import PROFILES
from procmine.report.model_files import SUFFIXES, model_file
from procmine.simulate import load_scenario, simulate
from procmine.study import open_log
from procmine.study.running import run

pytestmark = pytest.mark.slow  # a whole run: about eight seconds

BASE = PROFILES["shared"].base
# Whole numbers that count no persons, cases, events or caseworkers.
COUNT_NOBODY = {
    "version",
    "store_version",
    "draws",
    "control_flow",
    "median_days",
    "branches",
    "of_branches",
    "sources",
    "targets",
    "components",
    "values",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Findings, Any]:
    """Twelve job centres of two to thirty cases, as a report may show them, and their log."""
    place = tmp_path_factory.mktemp("small")
    simulate(load_scenario("twelve_job_centres"), place / "log.csv", seed=1, events=6_000)
    found, _ = run(place / "log.csv", store=place / "store", privacy="shared")
    return found.value, open_log(place / "log.csv", store=place / "store")


def counts(value: Any, name: str = "") -> Iterator[tuple[str, int]]:
    """Every whole number in a result with the name of its field."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from counts(getattr(value, field.name), field.name)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from counts(one, str(key))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from counts(one, name)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield name, value


def small_offices(log: Any) -> set[str]:
    return {office["name"] for office in log.receipt["offices"] if office["cases"] < PROFILES["shared"].persons}


def test_every_count_in_a_shared_report_is_rounded(small: tuple[Findings, Any]) -> None:
    found = [(name, count) for name, count in counts(small[0]) if name not in COUNT_NOBODY]

    assert len(found) > 1000 and not [one for one in found if one[1] % BASE]


def test_no_part_of_a_report_has_a_number_for_an_office_of_a_handful(small: tuple[Findings, Any]) -> None:
    found, few = small[0], small_offices(small[1])
    assert found.norms is not None
    measured = [*found.measurements, *(one for norm in found.norms.norms for one in norm.measurements)]
    told = [one for one in measured if one.group.get("office") in few and one.status is not Status.SUPPRESSED]
    # Only that nothing of the kind is recorded in the whole log may be said of each office.
    of_all = {one.metric for one in measured if not one.group and not one.cases}

    assert few and {one.metric for one in told} <= of_all
    assert not few & {one.office for one in found.variety}
    assert not few & {office["name"] for office in found.receipt["offices"]}
    assert not few & {one.group["office"] for drawn in found.drawn_norms for one in drawn.offices}


def test_an_office_of_a_handful_is_not_all_that_is_missing(small: tuple[Findings, Any]) -> None:
    every = {office["name"] for office in small[1].receipt["offices"]}
    parts = [{office["name"] for office in small[0].receipt["offices"]}, {one.office for one in small[0].variety}]

    assert all(len(every - part) >= 2 for part in parts)


def test_the_receipt_and_the_variety_leave_out_the_same_offices(small: tuple[Findings, Any]) -> None:
    # Else each would show what the other left out for the sake of a small one.
    assert {office["name"] for office in small[0].receipt["offices"]} == {
        one.office for one in small[0].variety if one.office is not None
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_model_file_names_a_rare_step(small: tuple[Findings, Any], suffix: str) -> None:
    exact, shown = discover(small[1], budget=0), small[0].model
    assert shown is not None
    rare = {step.activity for step in exact.steps} - {step.activity for step in shown.steps}
    labels = small[1].schema.labels("de")
    text = model_file(shown, Path(f"model{suffix}"))

    assert rare and not [name for name in rare if f">{labels.get(name, name)}<" in text or f'"{name}"' in text]
