"""Steps and ways: their times and the four shares that say who steers, each on a log small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.mine import counts, durations, ways
from procmine.mine.working_days import Lands
from procmine.model import Share, Step, Way
from procmine.schema import load_schema
from tests.mine.conftest import make_log

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC).replace(tzinfo=None)


def rows(*events: dict[str, Any], case: int = 1) -> list[dict[str, Any]]:
    return [{"case": case, "activity": "talk", **event} for event in events]


def step_of(log: Any, name: str) -> Step:
    _, steps, _ = ways.read(log.engine, log.receipt["activities"])
    return next(step for step in steps if step.activity == name)


def read_with(log: Any, lands: Lands) -> Way:
    return next(iter(ways.read(log.engine, log.receipt["activities"], lands=lands)[2]))


def way_of(log: Any, source: str, target: str) -> Way:
    _, _, found = ways.read(log.engine, log.receipt["activities"])
    return next(way for way in found if (way.source, way.target) == (source, target))


def test_a_step_counts_its_events_cases_starts_and_ends(log_of: Any) -> None:
    step = step_of(log_of([("a", "b", "a"), ("b", "a"), ("b",)]), "a")

    assert (step.events, step.cases, step.starts, step.ends) == (3, 2, 1, 2)


def test_an_activity_that_is_no_step_of_any_case_is_left_out(log_from: Any) -> None:
    log = log_from([{"case": 1, "activity": "a"}, {"case": 1, "activity": "b", "lifecycle": "schedule"}])

    assert [step.activity for step in ways.read(log.engine, ["a", "b"])[1]] == ["a"]


def test_the_share_begun_by_the_client_counts_client_and_household_among_known(log_from: Any) -> None:
    who = ["client", "household_member", "caseworker", None, "system_calendar"]
    log = log_from(rows(*({"initiator": name} for name in who)))

    assert step_of(log, "talk").steering.by_client == Share(hits=2, known=4, total=5)


def test_a_step_says_how_many_events_each_initiator_began_with_unknown_as_empty(log_from: Any) -> None:
    log = log_from(rows(*({"initiator": name} for name in ["client", None, "client", "employer"])))

    assert step_of(log, "talk").initiators == (("", 1), ("client", 2), ("employer", 1))


def test_a_step_keeps_its_worker_if_the_last_known_worker_of_the_case_is_the_same(log_from: Any) -> None:
    log = log_from(rows(*({"worker": key} for key in [7, None, 7, 8])) + rows({"worker": 8}, case=2))

    assert step_of(log, "talk").steering.same_worker == Share(hits=1, known=2, total=3)


def test_a_way_keeps_its_worker_only_if_both_workers_are_known_and_equal(log_from: Any) -> None:
    log = log_from(rows(*({"worker": key} for key in [7, None, 7, 7, 8])))

    assert way_of(log, "talk", "talk").steering.same_worker == Share(hits=1, known=2, total=4)


@pytest.mark.parametrize(
    ("event", "share"),
    [
        ({"location": "client_home", "visit_purpose": "support"}, Share(1, 1, 1)),
        ({"location": "client_home", "visit_purpose": "control"}, Share(0, 1, 1)),
        ({"location": "social_space", "visit_purpose": None}, Share(0, 0, 1)),
        ({"location": "office"}, Share(0, 1, 1)),
        ({"location": "provider_site", "visit_purpose": "support"}, Share(0, 1, 1)),
        ({"location": None, "channel": "in_person"}, Share(0, 0, 1)),
        ({"location": None, "channel": "phone"}, Share(0, 0, 0)),
        ({"location": "remote", "channel": None}, Share(0, 0, 0)),
        ({"location": "office", "channel": "phone"}, Share(0, 1, 1)),
    ],
)
def test_out_of_office_follows_the_rule_of_the_metric(log_from: Any, event: dict[str, Any], share: Share) -> None:
    assert step_of(log_from(rows(event)), "talk").steering.out_of_office == share


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        ("warm", Share(1, 1, 1)),
        ("accompanied", Share(1, 1, 1)),
        ("facilitated", Share(0, 1, 1)),
        ("information_only", Share(0, 1, 1)),
        ("file_only", Share(0, 1, 1)),
        (None, Share(0, 0, 1)),
    ],
)
def test_a_transfer_is_warm_as_recorded_and_unknown_where_nothing_is(
    log_from: Any, kind: str | None, share: Share
) -> None:
    assert step_of(log_from(rows({"activity": "handover", "handover_type": kind})), "handover").steering.warm == share


def test_only_transfers_are_eligible_to_be_warm(log_from: Any) -> None:
    assert step_of(log_from(rows({"handover_type": "warm"})), "talk").steering.warm == Share(0, 0, 0)


def test_a_way_is_steered_as_its_target_is(log_from: Any) -> None:
    log = log_from(
        rows(
            {"activity": "talk", "initiator": "caseworker", "location": "office"},
            {"activity": "referral", "initiator": "client", "location": "office", "handover_type": "warm"},
        )
    )
    steering = way_of(log, "talk", "referral").steering

    assert (steering.by_client, steering.out_of_office, steering.warm) == (
        Share(1, 1, 1),
        Share(0, 1, 1),
        Share(1, 1, 1),
    )


def test_the_vocabulary_says_who_is_the_client_and_what_is_a_transfer() -> None:
    assert replace(ways.rules_of(load_schema()), functions=()) == ways.Rules()


def timed(*hours: float) -> list[dict[str, Any]]:
    """Cases of two steps, a and b, so many hours apart."""
    return [
        {"case": case, "activity": name, "timestamp": MORNING + timedelta(hours=late)}
        for case, apart in enumerate(hours)
        for name, late in (("a", 0), ("b", apart))
    ]


def test_the_median_of_an_even_number_of_times_is_the_mean_of_the_middle_two(log_from: Any) -> None:
    assert way_of(log_from(timed(1, 2, 4, 10)), "a", "b").median_seconds == 3 * 3600


def test_nine_in_ten_transitions_take_no_longer_than_the_90_percent_quantile(log_from: Any) -> None:
    assert way_of(log_from(timed(*range(1, 21))), "a", "b").p90_seconds == 18 * 3600


def test_a_way_with_one_known_time_states_none(log_from: Any) -> None:
    way = way_of(log_from(timed(5)), "a", "b")

    assert (way.timed, way.median_seconds, way.p90_seconds) == (1, None, None)


def dated(*days: int, only: tuple[bool, bool] = (True, True)) -> list[dict[str, Any]]:
    """Cases of two steps so many local days apart, with dates in place of times where ``only`` says so."""
    return [
        {"case": case, "activity": name, "timestamp": MORNING + timedelta(days=late, hours=late), "date_only": only[i]}
        for case, apart in enumerate(days)
        for i, (name, late) in enumerate((("a", 0), ("b", apart)))
    ]


@pytest.mark.parametrize("only", [(True, True), (True, False), (False, True)])
def test_two_events_of_one_day_of_which_one_has_only_a_date_have_no_time_between(log_from: Any, only: Any) -> None:
    assert way_of(log_from(dated(0, 0, 0, only=only)), "a", "b").timed == 0


@pytest.mark.parametrize("only", [(True, True), (True, False)])
def test_dates_on_different_days_are_whole_days_apart(log_from: Any, only: Any) -> None:
    way = way_of(log_from(dated(0, 2, 3, only=only)), "a", "b")

    assert (way.timed, way.median_seconds) == (2, 2.5 * 86400)


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=40), st.booleans())
def test_times_packed_or_sorted_by_hand_give_the_median_of_plain_python(spent: list[int], wide: bool) -> None:
    import numpy as np

    key = 1 << 40 if wide else 3
    found = dict(durations.quantiles(np.full(len(spent), key), np.array(spent, dtype=np.int64)))

    assert found[key][:2] == (len(spent), median(spent) / 1000)


@pytest.mark.parametrize(
    ("first", "hours", "worked"),
    [
        (MORNING, 26, 26),  # Monday to Tuesday
        (MORNING + timedelta(days=4, hours=3), 72, 24),  # Friday noon to Monday noon
        (MORNING + timedelta(days=5), 24, 0),  # Saturday to Sunday
        (MORNING + timedelta(days=5), 50, 11),  # Saturday to Monday at eleven
        (MORNING, 24 * 21 + 2, 24 * 15 + 2),  # three weeks
    ],
)
def test_working_time_leaves_out_saturdays_and_sundays(log_from: Any, first: Any, hours: int, worked: int) -> None:
    pair = [{"activity": name, "timestamp": first + timedelta(hours=k * hours)} for k, name in enumerate("ab")]
    log = log_from([{"case": case, **event} for case in range(2) for event in pair])

    way = way_of(log, "a", "b")

    assert (way.median_seconds, way.working_seconds) == (hours * 3600, worked * 3600)


def test_between_dates_whole_working_days_are_counted(log_from: Any) -> None:
    way = way_of(log_from(dated(7, 7)), "a", "b")

    assert (way.median_seconds, way.working_seconds) == (7 * 86400, 5 * 86400)


def test_no_working_time_is_known_where_no_time_is(log_from: Any) -> None:
    assert way_of(log_from(dated(0, 0)), "a", "b").working_seconds is None


def test_working_time_leaves_out_the_holidays_of_a_named_land(log_from: Any) -> None:
    thursday = datetime(2026, 6, 4, 8, tzinfo=UTC).replace(
        tzinfo=None
    )  # Fronleichnam: free in North Rhine-Westphalia, not in Berlin
    pair = [{"activity": name, "timestamp": thursday + timedelta(hours=26 * k - 24)} for k, name in enumerate("ab")]
    log = log_from([{"case": case, **event} for case in range(2) for event in pair])

    found = {land: read_with(log, Lands(land)).working_seconds for land in ("", "BE", "NW")}

    assert found == {"": 26 * 3600, "BE": 26 * 3600, "NW": 16 * 3600}


def test_a_wait_counts_the_days_of_the_land_of_the_office_it_ended_in(log_from: Any) -> None:
    begun = {"activity": "a", "timestamp": datetime(2026, 6, 3, 8, tzinfo=UTC).replace(tzinfo=None), "office": "x"}
    ended = [
        {"activity": "b", "timestamp": datetime(2026, 6, 5, 8, tzinfo=UTC).replace(tzinfo=None), "office": office}
        for office in "xyz"
    ]
    lands = Lands("", {"x": "NW", "y": "BE"})

    found = [
        read_with(log_from([{"case": case, **event} for case in range(2) for event in (begun, end)]), lands)
        for end in ended
    ]

    assert [way.working_seconds for way in found] == [24 * 3600, 48 * 3600, 48 * 3600]


def test_days_between_dates_leave_out_holidays_too(log_from: Any) -> None:
    spring = [{**row, "timestamp": row["timestamp"] + timedelta(days=93)} for row in dated(7, 7)]  # from 3 June
    log = log_from(spring)

    assert [read_with(log, Lands(land)).working_seconds for land in ("BE", "NW")] == [5 * 86400, 4 * 86400]


def test_the_lands_named_are_those_of_the_offices_of_the_log() -> None:
    lands = Lands("", {"x": "NW", "y": "BE"})

    assert [lands.of("x"), lands.of("xy"), lands.of("xz"), lands.of("")] == [("NW",), ("BE", "NW"), ("", "NW"), ("",)]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(-2, 2))
def test_working_time_is_never_longer_than_the_calendars_nor_negative(start: int, spent: int, offset: int) -> None:
    import numpy as np

    ms = np.array([start, start + spent], dtype=np.int64) * 60_000
    day = (ms + offset * 3_600_000) // 86_400_000
    part = {"ms": ms, "day": day, "date_only": np.zeros(2, np.uint8)}

    calendar, working = durations.between(part, np.array([1]))

    assert 0 <= working[0] <= calendar[0]


def test_a_step_says_how_many_events_each_function_acted_in_with_unknown_as_empty(log_from: Any) -> None:
    log = log_from(rows(*({"role": name} for name in ["placement", "coach", "benefits", "client", "nobody", None])))
    rules = ways.rules_of(load_schema())

    _, steps, _ = ways.read(log.engine, log.receipt["activities"], rules)

    assert steps[0].functions == (("", 2), ("benefits", 1), ("client", 1), ("integration", 2))


def test_without_words_for_roles_no_function_is_known(log_from: Any) -> None:
    assert step_of(log_from(rows({"role": "placement"})), "talk").functions == ()


event = st.fixed_dictionaries(
    {
        "case": st.integers(0, 4),
        "activity": st.sampled_from(["a", "b", "handover"]),
        "worker": st.sampled_from([None, 1, 2]),
        "initiator": st.sampled_from([None, "client", "caseworker"]),
        "handover_type": st.sampled_from([None, "warm", "file_only"]),
    }
)


@settings(max_examples=20)
@given(st.lists(event, min_size=1, max_size=25))
def test_reading_in_small_parts_changes_no_step_and_no_way(events: list[dict[str, Any]]) -> None:
    log = make_log(events)
    whole = ways.read(log.engine, log.receipt["activities"])[1:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "ROWS_AT_ONCE", 2)
        parts = ways.read(log.engine, log.receipt["activities"])[1:]

    assert parts == whole


@settings(max_examples=20)
@given(st.lists(event, min_size=1, max_size=25))
def test_every_share_is_within_its_known_and_its_known_within_its_total(events: list[dict[str, Any]]) -> None:
    log = make_log(events)
    _, steps, found = ways.read(log.engine, log.receipt["activities"])
    shares = [
        (share, many)
        for part, many in [*((s.steering, s.events) for s in steps), *((w.steering, w.count) for w in found)]
        for share in (part.by_client, part.same_worker, part.out_of_office, part.warm)
    ]

    assert all(0 <= share.hits <= share.known <= share.total <= many for share, many in shares)
