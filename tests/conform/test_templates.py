"""Every template against a second evaluator: exact where all is known, sound where something is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmine.norms import TEMPLATES, Limit, Norm
from tests.conform.declare import activations
from tests.conform.judging import FIRST, begun, course, dated, judged, norm, states, step

TWO = st.sampled_from("abc")
LIMITED = sorted(name for name, each in TEMPLATES.items() if "within" in each.limits and name != "max_gap")
SLOW = settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
# Finished cases: (days since the step before, activity).
courses = st.lists(st.tuples(st.sampled_from((0, 0, 1, 2, 5)), TWO), min_size=1, max_size=8)
crowds = st.lists(courses, min_size=40, max_size=60)


def days(gaps: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    day, found = 0, []
    for gap, name in gaps:
        day += gap
        found.append((day, name))
    return found


def counted(rows: Sequence[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    return Counter((case, day, state) for case, day, state, _, _ in rows)


def expected(template: str, crowd: Sequence[Any], **more: Any) -> Counter[tuple[Any, ...]]:
    return Counter(
        (f"{number:03d}", FIRST + timedelta(days=day), "kept" if kept else "broken")
        for number, gaps in enumerate(crowd)
        for day, kept in activations(template, days(gaps), **more)
    )


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - {"max_gap"}))
@SLOW
@given(crowd=crowds)
def test_finished_courses_are_judged_as_the_definition_says(template: str, crowd: list[Any]) -> None:
    events = [row for number, gaps in enumerate(crowd) for row in course(f"{number:03d}", days(gaps))]

    found = judged(norm(template), events, cases_end="last_event")

    times = TEMPLATES[template].least
    assert counted(found) == expected(template, crowd, times=times)
    assert all(due for *_, due in found)


@pytest.mark.slow
@pytest.mark.parametrize("template", [*LIMITED, "max_gap"])
@SLOW
@given(crowd=crowds, most=st.integers(0, 6))
def test_time_limits_cut_off_what_comes_too_late(template: str, crowd: list[Any], most: int) -> None:
    events = [row for number, gaps in enumerate(crowd) for row in course(f"{number:03d}", days(gaps))]
    rule = norm(template, within=Limit(most, "days", extends=False))

    found = judged(rule, events)

    times = TEMPLATES[template].least
    assert counted(found) == expected(template, crowd, times=times, most=most)


@pytest.mark.parametrize("template", ["existence", "absence", "exactly"])
@pytest.mark.parametrize("times", [2, 3])
def test_numbers_are_counted(template: str, times: int) -> None:
    crowd = [[(0, "a")] * many + [(0, "c")] for many in range(6)]
    events = [row for number, gaps in enumerate(crowd) for row in course(f"{number:03d}", days(gaps))]

    found = judged(norm(template, times=times), events, cases_end="last_event")

    assert counted(found) == expected(template, crowd, times=times)


@pytest.mark.parametrize("template", ["response", "precedence", "not_succession"])
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(crowd=crowds, times=st.integers(1, 3), most=st.integers(0, 6) | st.none())
def test_partners_are_counted(template: str, crowd: list[Any], times: int, most: int | None) -> None:
    events = [row for number, gaps in enumerate(crowd) for row in course(f"{number:03d}", days(gaps))]
    limit = None if most is None else Limit(most, "days", extends=False)

    found = judged(
        norm(template, times=times, within=limit), events, cases_end="last_event" if most is None else "exit"
    )

    assert counted(found) == expected(template, crowd, times=times, most=most)


@pytest.mark.parametrize("template", sorted(name for name, each in TEMPLATES.items() if each.nth))
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(crowd=crowds, nth=st.integers(2, 3))
def test_the_first_of_a_case_are_left_out_and_no_other(template: str, crowd: list[Any], nth: int) -> None:
    events = [row for number, gaps in enumerate(crowd) for row in course(f"{number:03d}", days(gaps))]
    times = TEMPLATES[template].least

    found = judged(norm(template, times=times, from_nth=nth), events, cases_end="last_event")

    assert counted(found) == Counter(
        (f"{number:03d}", FIRST + timedelta(days=day), "kept" if kept else "broken")
        for number, gaps in enumerate(crowd)
        for day, kept in activations(template, days(gaps), times=times)[nth - 1 :]
    )


def test_no_more_than_so_many_of_one_kind_may_fall_into_a_stretch_of_days() -> None:
    rule = norm("not_succession", "a", "a", times=1, within=Limit(7, "days", extends=False))
    found = judged(rule, course("1", [(0, "a"), (3, "a"), (7, "a"), (20, "a")]))

    assert states(found) == ["broken", "kept", "kept", "kept"]


def test_of_too_many_steps_the_first_too_many_tells_who_began_it() -> None:
    by = [("client", 0), ("client", 1), ("caseworker", 2)]
    rows = course("1", [(0, "b"), *((day, "a", {"initiator": who}) for who, day in by)])

    assert begun(norm("not_succession", "b", "a", times=2), rows) == ["caseworker"]


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("template", ["response", "precedence", "not_succession"])
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_counts_that_are_certain_hold_however_the_unknown_turns_out(template: str, times: int, data: Any) -> None:
    check_completions(norm(template, step("a", outcome="attended"), step("b", outcome="attended"), times=times), data)


@pytest.mark.parametrize("template", ["response", "alternate_precedence"])
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_repeats_that_are_certain_hold_however_the_unknown_turns_out(template: str, data: Any) -> None:
    rule = norm(template, step("a", outcome="attended"), step("b", outcome="attended"), from_nth=2)

    check_completions(rule, data)


def test_from_the_second_on_says_nothing_of_the_first() -> None:
    rule = norm("alternate_precedence", from_nth=2)
    found = judged(rule, course("1", [(0, "b"), (1, "a"), (2, "b"), (3, "b")]))

    assert [(day, state) for _, day, state, _, _ in found] == [
        (FIRST + timedelta(days=2), "kept"),
        (FIRST + timedelta(days=3), "broken"),
    ]


def test_which_is_the_second_is_not_known_where_the_first_may_lie_before_the_log() -> None:
    rows = course("1", [(0, "b"), (1, "b")], entry=FIRST - timedelta(days=400))
    found = judged(norm("precedence", from_nth=2), rows, (FIRST - timedelta(days=30), FIRST + timedelta(days=30)))

    assert states(found) == ["undetermined history", "undetermined history"]


def test_two_triggers_of_one_moment_leave_open_which_is_the_second() -> None:
    found = judged(norm("response", from_nth=2), dated("1", [(0, "a"), (0, "a"), (1, "b")]), cases_end="last_event")

    assert states(found) == ["undetermined order", "undetermined order"]


# Steps of which something is not known: (days since the step before, activity, outcome); the outcome may be unknown.
vague = st.lists(
    st.tuples(st.sampled_from((0, 0, 1, 2)), TWO, st.sampled_from(("attended", "attended", "no_show", None))),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - {"max_gap"}))
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_certain_holds_however_the_unknown_turns_out(template: str, data: Any) -> None:
    check_completions(norm(template, step("a", outcome="attended"), step("b", outcome="attended")), data)


def check_completions(rule: Norm, data: Any) -> None:
    """Days only, outcomes partly unknown: every order within a day and every outcome is tried."""
    events, drawn = [], {}
    for number, gaps in enumerate(data.draw(st.lists(vague, min_size=20, max_size=40))):
        told = [
            (day, name, {"outcome": outcome})
            for (day, name), (_, _, outcome) in zip(days([gap[:2] for gap in gaps]), gaps, strict=True)
        ]
        drawn[f"{number:03d}"] = told
        events += dated(f"{number:03d}", told)

    found = judged(rule, events, cases_end="last_event")

    for case, told in drawn.items():
        mine = [(day, state) for name, day, state, _, _ in found if name == case]
        certain = {state: Counter(day for day, each in mine if each == state) for state in ("kept", "broken")}
        allowed = Counter(day for day, _ in mine)
        for turned in completions(told):
            outcome = activations(rule.template.name, turned, times=rule.times)[rule.from_nth - 1 :]
            real = {
                state: Counter(FIRST + timedelta(days=day) for day, kept in outcome if kept == (state == "kept"))
                for state in certain
            }
            assert all(not certain[state] - real[state] for state in certain), (told, turned, mine)
            assert not (real["kept"] + real["broken"]) - allowed, (told, turned, mine)


def completions(told: Sequence[tuple[int, str, dict[str, Any]]]) -> list[list[tuple[int, str]]]:
    """Every course the rows may stand for: each order within a day, each outcome where it is unknown. A step whose
    outcome is another is some other step."""
    choices = []
    for _, name, more in told:
        outcomes = [more["outcome"]] if more["outcome"] else ["attended", "no_show"]
        choices.append([name if outcome == "attended" else "c" for outcome in outcomes])
    found = []
    for names in product(*choices):
        by_day: dict[int, list[str]] = {}
        for (day, _, _), name in zip(told, names, strict=True):
            by_day.setdefault(day, []).append(name)
        orders = [sorted(set(permutations(each))) for each in by_day.values()]
        found += [
            [(day, name) for day, order in zip(by_day, chosen, strict=True) for name in order]
            for chosen in product(*orders)
        ]
    return found


def test_an_open_order_of_one_day_is_said_to_be_the_reason() -> None:
    found = judged(norm("response"), dated("1", [(0, "a"), (0, "b")]), cases_end="last_event")

    assert states(found) == ["undetermined order"]


def test_times_of_day_settle_the_order_of_one_day() -> None:
    found = judged(norm("response"), course("1", [(0, "a"), (0, "b")]), cases_end="last_event")

    assert states(found) == ["kept"]


def test_equal_instants_have_no_order() -> None:
    rows = course("1", [(0, "a"), (0, "b")])
    rows[1]["timestamp"] = rows[0]["timestamp"]

    assert states(judged(norm("response"), rows, cases_end="last_event")) == ["undetermined order"]


def test_one_event_without_a_time_of_day_leaves_that_day_open_and_no_other() -> None:
    rows = course("1", [(0, "a"), (1, "a"), (1, "b")])
    rows[0] = dated("1", [(0, "a")])[0]

    assert states(judged(norm("chain_response"), rows, cases_end="last_event")) == ["broken", "kept"]


def test_an_attribute_that_is_not_recorded_leaves_open_what_hangs_on_it() -> None:
    rule = norm("response", "a", step("b", outcome="attended"))
    rows = [
        *course("1", [(0, "a"), (1, "b", {"outcome": None})]),
        *course("2", [(0, "a"), (1, "b", {"outcome": "no_show"})]),
        *course("3", [(0, "a"), (1, "b", {"outcome": None}), (2, "b", {"outcome": "attended"})]),
    ]

    assert states(judged(rule, rows, cases_end="last_event")) == ["undetermined missing", "broken", "kept"]


def test_a_trigger_that_may_be_none_is_no_verdict() -> None:
    rule = norm("response", step("a", outcome="attended"))
    found = judged(rule, course("1", [(0, "a", {"outcome": None}), (1, "b")]), cases_end="last_event")

    assert states(found) == ["undetermined missing"]


def test_the_partner_must_share_the_column_that_the_norm_names() -> None:
    rule = norm("response", same="appointment_id")
    rows = [
        *course("1", [(0, "a", {"appointment_id": "t"}), (1, "b", {"appointment_id": "t"})]),
        *course("2", [(0, "a", {"appointment_id": "t"}), (1, "b", {"appointment_id": "u"})]),
        *course("3", [(0, "a", {"appointment_id": "t"}), (1, "b")]),
        *course("4", [(0, "a"), (1, "b", {"appointment_id": "t"})]),
    ]

    found = judged(rule, rows, cases_end="last_event")

    assert states(found) == ["kept", "broken", "undetermined missing", "undetermined missing"]


@pytest.mark.parametrize("template", ["alternate_response", "alternate_precedence"])
def test_a_trigger_that_may_share_the_column_may_stand_between(template: str) -> None:
    shared: dict[str, Any] = {"appointment_id": "t"}
    trigger = "a" if template == "alternate_response" else "b"
    rows = course("1", [(0, "a", shared), (1, trigger), (2, "b", shared)])

    assert states(judged(norm(template, same="appointment_id"), rows, cases_end="last_event")) == [
        "undetermined missing",
        "undetermined missing",
    ]


def test_a_case_without_the_trigger_has_no_verdict() -> None:
    found = judged(norm("response"), course("1", [(0, "b"), (1, "c")]), cases_end="last_event")

    assert found == []


def test_days_with_several_contacts_count_as_one_in_a_gap() -> None:
    rule = norm("max_gap", "a", within=Limit(3, "days", extends=False))
    found = judged(rule, course("1", [(0, "a"), (0, "a"), (3, "a"), (9, "a")]))

    assert states(found) == ["kept", "broken", "broken"]


def test_a_limit_with_a_least_time_asks_for_the_partner_far_enough_away() -> None:
    rule = norm("precedence", at_least=Limit(4, "days", extends=False))
    rows = [*course("1", [(0, "a"), (3, "a"), (4, "b")]), *course("2", [(1, "a"), (4, "b")])]

    assert states(judged(rule, rows)) == ["kept", "broken"]
