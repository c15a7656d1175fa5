"""What checks notice, as a report says it: beside the metrics it bears on, through the privacy door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procmine.findings import Noticed
from procmine.privacy import release_noticed
from procmine.read.checks.finding import CLEAR, FOUND, Finding
from procmine.read.checks.noticing import meaning, notice
from procmine.read.checks.running import catalogue_of_checks
from procmine.schema import load_schema

CHECKS = catalogue_of_checks(schema=load_schema())
ONE = Noticed("one_value", "warning", {"de": "a", "en": "b"}, {"de": "c", "en": "d"}, 0.994, ("m",), 40, 173)


def finding(state: str = FOUND, columns: tuple[str, ...] = ("initiator",)) -> Finding:
    return Finding(
        "one_value",
        state,
        "warning",
        172,
        173,
        40,
        0.994,
        (),
        columns,
        (),
        {"de": "a", "en": "b"},
        {"de": "", "en": ""},
    )


LINES = [{"metric": "self", "columns": ["initiator", "outcome"]}, {"metric": "place", "columns": ["location"]}]


def test_a_finding_stands_beside_the_metrics_that_rest_on_its_columns() -> None:
    (one,) = notice([finding()], CHECKS, LINES)

    assert one.metrics == ("self",)


def test_what_was_looked_at_and_found_clear_is_not_noticed() -> None:
    assert notice([finding(CLEAR)], CHECKS, LINES) == ()


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_meaning_of_a_check_holds_no_place_for_a_figure(name: str) -> None:
    said = meaning(CHECKS[name])

    assert "{" not in "".join(said.values())


def test_the_meaning_of_a_default_value_is_what_it_does_to_figures() -> None:
    assert meaning(CHECKS["one_value"])["en"] == (
        "That is what a default looks like that nobody changes. Metrics that rest on it then speak of the form."
    )


def test_no_count_leaves_with_what_was_noticed() -> None:
    (one,) = release_noticed([ONE], "shared").value

    assert (one.cases, one.looked_at) == (None, None)


def test_a_share_leaves_as_one_of_rounded_counts() -> None:
    (one,) = release_noticed([replace(ONE, share=0.5)], "shared").value

    assert one.share == 90 / 175


def test_what_was_noticed_in_few_cases_does_not_leave() -> None:
    assert release_noticed([replace(ONE, cases=9)], "shared").value == ()


def test_what_rests_on_no_case_leaves() -> None:
    assert len(release_noticed([replace(ONE, cases=None)], "published").value) == 1
