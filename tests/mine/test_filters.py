"""Filters leave out whole cases: what stays adds up, ties are not broken by the alphabet, and the share is said."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.errors import UsageError
from procmine.mine import counts
from procmine.mine.chosen import Chosen
from procmine.mine.discover import data, discover
from procmine.mine.filters import commonness, kept
from procmine.model import Model
from procmine.privacy.graph import release_model
from tests.mine.conftest import make_log, make_log_of

# Seven cases take the main course, two a way of their own each twice, one a course with a step nobody else has.
LOG = {("a", "b", "c"): 7, ("a", "c"): 2, ("a", "b", "x", "c"): 1}


def courses(log: Any, **asked: float) -> dict[tuple[str, ...], int]:
    """The courses that stay, read back through the condition that mining uses."""
    names = log.receipt["activities"]
    found = counts.courses(log.engine, names, kept(log.engine, names, **asked))
    return {found.names(i): int(found.cases[i]) for i in range(len(found))}


def test_the_most_frequent_courses_stay_until_they_cover_the_share(log_of: Any) -> None:
    assert courses(log_of(LOG), keep=0.8) == {("a", "b", "c"): 7, ("a", "c"): 2}


def test_a_share_that_is_reached_exactly_needs_no_further_course(log_of: Any) -> None:
    assert courses(log_of(LOG), keep=0.7) == {("a", "b", "c"): 7}


def test_cases_with_a_way_that_too_few_take_go(log_of: Any) -> None:
    assert courses(log_of(LOG), rare=0.2) == {("a", "b", "c"): 7, ("a", "c"): 2}


def test_a_rare_beginning_is_a_rare_way(log_of: Any) -> None:
    assert courses(log_of({("a", "b"): 9, ("b", "a", "b"): 1}), rare=0.2) == {("a", "b"): 9}


def test_both_filters_together_keep_what_both_let_pass(log_of: Any) -> None:
    log = log_of({("a", "b"): 5, ("a", "c"): 3, ("a", "d"): 2})

    assert courses(log, rare=0.3, keep=0.9) == {("a", "b"): 5, ("a", "c"): 3}


def test_of_equally_frequent_courses_those_on_common_ways_stay_first(log_of: Any) -> None:
    log = log_of({("m", "n"): 3, ("n", "m"): 3, ("a", "q"): 1, ("m", "n", "m"): 1})

    assert set(courses(log, keep=0.875)) == {("m", "n"), ("n", "m"), ("m", "n", "m")}


def test_courses_that_are_equal_in_all_that_counts_stay_together(log_of: Any) -> None:
    log = log_of({("m", "n"): 4, ("a", "q"): 1, ("b", "r"): 1})

    assert sum(courses(log, keep=0.8).values()) == 6


def test_the_result_says_how_many_cases_and_events_stay(log_of: Any) -> None:
    log = log_of(LOG)
    found = kept(log.engine, log.receipt["activities"], keep=0.8)

    assert (found.cases, found.of_cases, found.events, found.of_events) == (9, 10, 25, 29)


def test_the_share_is_that_of_the_chosen_cases() -> None:
    rows = [{"case": i, "activity": name, "office": "X" if i < 4 else "Y"} for i, name in enumerate("aaabcccc")]
    log = make_log(rows)
    found = kept(log.engine, log.receipt["activities"], Chosen(office="X"), keep=0.75)

    assert (found.cases, found.of_cases, found.office) == (3, 4, "X")


def test_the_rarest_way_of_a_course_decides_how_common_it_is(courses_of: Any) -> None:
    log = courses_of({("a", "b", "c"): 5, ("a", "b"): 3, ("c", "a", "b"): 1})

    assert dict(zip([log.names(i) for i in range(len(log))], commonness(log).tolist(), strict=True)) == {
        ("a", "b", "c"): 5,
        ("a", "b"): 4,
        ("c", "a", "b"): 1,
    }


@pytest.mark.parametrize("asked", [{"keep": 0}, {"keep": 1.5}, {"rare": 1}, {"rare": -0.1}])
def test_shares_that_make_no_sense_are_refused(log_of: Any, asked: dict[str, float]) -> None:
    log = log_of(LOG)

    with pytest.raises(UsageError, match="share"):
        kept(log.engine, log.receipt["activities"], **asked)


def test_a_filter_that_leaves_no_case_is_refused(log_of: Any) -> None:
    log = log_of({("a", "b"): 1, ("c", "d"): 1})

    with pytest.raises(UsageError, match="no case"):
        kept(log.engine, log.receipt["activities"], rare=0.9)


def flows(model: Model) -> bool:
    """Whether as much leads into and out of each step as happens there."""
    into, out = Counter[str](), Counter[str]()
    for way in model.ways:
        into[way.target] += way.count
        out[way.source] += way.count
    return all(into[s.activity] + s.starts == s.events == out[s.activity] + s.ends for s in model.steps)


LOGS = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple), st.integers(1, 6), min_size=1, max_size=8
)


@settings(max_examples=15)  # a log in an engine takes longer the first time
@given(LOGS, st.sampled_from([0.3, 0.5, 0.8, 0.95]))
def test_the_cases_that_stay_are_counted_like_a_log_of_their_own(log: dict[tuple[str, ...], int], keep: float) -> None:
    stay = courses(make_log_of(log), keep=keep)
    model, alone = discover(make_log_of(log), keep=keep), discover(make_log_of(stay))

    assert replace(model, left_out_cases=0, left_out_events=0) == alone


@settings(max_examples=15)  # a log in an engine takes longer the first time
@given(LOGS, st.sampled_from([0.3, 0.5, 0.8, 0.95]))
def test_what_leads_into_a_step_leads_out_of_it_and_at_least_the_share_stays(
    log: dict[tuple[str, ...], int], keep: float
) -> None:
    model = discover(make_log_of(log), keep=keep)

    assert flows(model) and model.cases >= keep * sum(log.values()) - 1e-9


def test_steering_is_counted_over_the_cases_that_stay(log_from: Any) -> None:
    rows = [{"case": case, "activity": "a", "initiator": "client"} for case in range(3)]
    rows += [{"case": 3, "activity": "b", "initiator": "office"}]
    (step,) = discover(log_from(rows), keep=0.75).steps

    assert (step.steering.by_client.hits, step.steering.by_client.known, step.initiators) == (3, 3, (("client", 3),))


def test_the_model_says_what_was_left_out(log_of: Any) -> None:
    model = discover(log_of(LOG), keep=0.8)

    assert (model.cases, model.left_out_cases, data(model)["left_out_events"]) == (9, 1, 4)


def test_a_model_without_a_filter_leaves_nothing_out(log_of: Any) -> None:
    assert discover(log_of(LOG)).left_out_cases == 0


@pytest.mark.parametrize(("few", "said"), [(9, 0), (12, 10)])
def test_fewer_left_out_cases_than_the_profile_shows_look_like_none(log_of: Any, few: int, said: int) -> None:
    model = discover(log_of({("a", "b"): 100, ("a", "c"): few}), keep=0.8)

    assert release_model(model, "shared").value.left_out_cases == said
