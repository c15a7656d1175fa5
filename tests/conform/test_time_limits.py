"""Time limits as the law counts them, against a second calendar in plain Python."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmine.conform.calendar import LIMITS, fill_limits, named
from procmine.engines.duckdb import connect
from procmine.norms import LANDS, Limit, free_days
from tests.conform.judging import FIRST, course, judged, norm, states, step

YEARS = (date(2024, 1, 1), date(2027, 12, 31))


def last_day(day: date, limit: Limit, free: Collection[date]) -> date:
    """The last day of a limit, by walking over the days."""
    if limit.unit == "working_days":
        left = limit.count
        while left:
            day += timedelta(days=1)
            left -= day.isoweekday() < 6 and day not in free
        return day
    if limit.unit == "months":
        month = day.month - 1 + limit.count
        year, month = day.year + month // 12, month % 12 + 1
        day = date(year, month, min(day.day, monthrange(year, month)[1]))
    else:
        day += timedelta(days=limit.count * (7 if limit.unit == "weeks" else 1))
    while limit.extends and (day.isoweekday() > 5 or day in free):
        day += timedelta(days=1)
    return day


def limits(limit: Limit, land: str) -> dict[date, tuple[date, date, date]]:
    engine = connect()
    engine.fill("events", {"local_date": "date"}, [(YEARS[0],), (YEARS[1],)])
    fill_limits(engine, [land], [Limit(2, "weeks")], [limit, Limit(3, "weeks")])
    rows = engine.run(
        f"SELECT day, until, since, before FROM {LIMITS} "
        f"WHERE name = '{named(limit)}' AND day BETWEEN '2024-01-01' AND '2027-06-30'"
    )
    engine.connection.close()
    return {day: (until, since, before) for day, until, since, before in rows}


anywhere = st.builds(
    Limit,
    st.integers(1, 40),
    st.sampled_from(("days", "weeks", "working_days")),
    st.booleans(),
) | st.builds(Limit, st.integers(1, 12), st.just("months"), st.booleans())


@settings(max_examples=8)
@given(limit=anywhere, land=st.sampled_from(("", *LANDS)))
def test_the_day_table_is_that_of_a_walk_over_the_days(limit: Limit, land: str) -> None:
    free = set(free_days(land, range(2023, 2030)))
    table = limits(limit, land)

    assert table
    assert all(until == last_day(day, limit, free) for day, (until, _, _) in table.items())


@settings(max_examples=6)
@given(limit=anywhere, land=st.sampled_from(("", "BY", "SN")))
def test_the_day_table_reads_backwards_what_it_reads_forwards(limit: Limit, land: str) -> None:
    table = limits(limit, land)
    forwards = {day: until for day, (until, _, _) in table.items()}
    for day, (_, since, before) in table.items():
        if since in forwards and since - timedelta(days=1) in forwards:
            assert forwards[since] >= day > forwards[since - timedelta(days=1)]
        if before in forwards and before + timedelta(days=1) in forwards:
            assert forwards[before] <= day < forwards[before + timedelta(days=1)]


@pytest.mark.parametrize(
    ("begin", "limit", "end"),
    [
        # § 187 (1), § 188 (1) BGB: the day of the event does not count, the last day counts whole.
        (date(2025, 3, 3), Limit(14, "days"), date(2025, 3, 17)),
        # § 193 BGB: the fourteenth day is Good Friday, Easter Monday is free too.
        (date(2025, 4, 4), Limit(14, "days"), date(2025, 4, 22)),
        # The same without § 193, as for a fixed appointment (§ 26 (5) SGB X).
        (date(2025, 4, 4), Limit(14, "days", extends=False), date(2025, 4, 18)),
        # § 188 (2) BGB: a week ends on the day of the same name.
        (date(2025, 3, 5), Limit(2, "weeks"), date(2025, 3, 19)),
        # § 188 (2) and (3) BGB: a month ends on the day of the same number, or on its last day.
        (date(2025, 1, 31), Limit(1, "months"), date(2025, 2, 28)),
        (date(2024, 1, 31), Limit(1, "months"), date(2024, 2, 29)),
        # 28 February + 6 months: not the last of August, but the 28th.
        (date(2025, 2, 28), Limit(6, "months"), date(2025, 8, 28)),
        # Ten working days over Easter and Labour Day.
        (date(2025, 4, 17), Limit(10, "working_days"), date(2025, 5, 6)),
    ],
)
def test_limits_end_as_the_civil_code_says(begin: date, limit: Limit, end: date) -> None:
    assert limits(limit, "NW")[begin][0] == end


def test_a_holiday_of_a_land_lengthens_the_limits_of_its_offices_only() -> None:
    """19 June 2025 is Fronleichnam: free in North Rhine-Westphalia, a working day in Berlin."""
    rule = norm("response", within=Limit(3, "working_days"))
    monday = (date(2025, 6, 16) - date(2025, 3, 3)).days
    rows = [
        *course("1", [(monday, "a"), (monday + 4, "b")], office="Köln"),
        *course("2", [(monday, "a"), (monday + 4, "b")], office="Berlin"),
        *course("3", [(monday, "a"), (monday + 4, "b")], office=None),
    ]

    found = judged(rule, rows, land="BE", lands={"Köln": "NW"})

    assert states(found) == ["kept", "broken", "broken"]


def test_a_holiday_at_the_end_moves_a_limit_of_days() -> None:
    rule = norm("response", within=Limit(3, "days"))
    monday = (date(2025, 6, 16) - date(2025, 3, 3)).days
    rows = course("1", [(monday, "a"), (monday + 4, "b")])

    assert states(judged(rule, rows, land="NW")) == ["kept"]
    assert states(judged(rule, rows, land="BE")) == ["broken"]


def test_the_change_of_the_clocks_moves_no_limit() -> None:
    """29 March 2025, 23:30 in Berlin is 22:30 UTC, 31 March, 00:30 is 22:30 UTC of the day before: local days count."""
    berlin = ZoneInfo("Europe/Berlin")
    rule = norm("response", within=Limit(2, "days", extends=False))
    moments = [datetime(2025, 3, 29, 23, 30, tzinfo=berlin), datetime(2025, 3, 31, 0, 30, tzinfo=berlin)]
    rows = [
        {
            "case_id": "1",
            "activity": name,
            "timestamp": at.astimezone(ZoneInfo("UTC")).replace(tzinfo=None),
            "local_date": at.date(),
            "date_only": False,
        }
        for name, at in zip("ab", moments, strict=True)
    ]

    assert states(judged(rule, rows)) == ["kept"]


def test_a_limit_that_still_runs_when_the_log_ends_is_neither_kept_nor_broken() -> None:
    rule = norm("response", within=Limit(14, "days"))
    found = judged(rule, course("1", [(0, "a")]), (date(2025, 1, 1), date(2025, 3, 10)))

    assert states(found) == ["undetermined running"]


def test_a_limit_that_still_runs_when_the_norm_ends_is_neither_kept_nor_broken() -> None:
    """From the day after its last day on, nobody owes what a norm asked for."""
    rule = norm("response", within=Limit(14, "days"), end=FIRST + timedelta(days=10))
    rows = [*course("1", [(0, "a"), (40, "c")]), *course("2", [(0, "a"), (12, "b")])]

    assert [row[2:] for row in judged(rule, rows)] == [("undetermined", "running", False), ("kept", None, False)]


def test_a_limit_that_ran_out_while_the_norm_held_is_judged() -> None:
    rule = norm("response", within=Limit(14, "days"), end=FIRST + timedelta(days=14))

    assert states(judged(rule, course("1", [(0, "a"), (40, "c")]))) == ["broken"]


def test_without_a_limit_the_case_must_have_ended_while_the_norm_held() -> None:
    rule = norm("response", end=FIRST + timedelta(days=10))
    rows = [*course("1", [(0, "a")], exit=FIRST + timedelta(days=5)), *course("2", [(0, "a"), (20, "c")])]

    assert states(judged(rule, rows, cases_end="last_event")) == ["broken", "undetermined running"]


@pytest.mark.parametrize("template", ["not_succession", "absence"])
def test_what_was_forbidden_until_a_day_is_no_breach_after_it(template: str) -> None:
    rule = norm(template, "a" if template == "not_succession" else "b", end=FIRST + timedelta(days=10))
    before, after = (judged(rule, course("1", [(0, "a"), (day, "b")]), cases_end="last_event") for day in (10, 11))

    assert (states(before), states(after)) == (["broken"], ["undetermined running"])


@pytest.mark.parametrize(("template", "other"), [("alternate_response", "a"), ("chain_response", "c")])
def test_a_step_after_the_norm_settles_nothing(template: str, other: str) -> None:
    rule = norm(template, end=FIRST + timedelta(days=10))
    within, after = (judged(rule, course("1", [(0, "a"), (day, other), (30, "c")])) for day in (10, 11))

    assert (states(within)[0], states(after)[0]) == ("broken", "undetermined running")


@pytest.mark.parametrize("template", ["response", "succession"])
def test_what_is_still_done_after_the_norm_is_done(template: str) -> None:
    rule = norm(template, end=FIRST + timedelta(days=10))

    assert states(judged(rule, course("1", [(0, "a"), (12, "b")]))) == ["kept"]


def test_a_norm_says_nothing_of_steps_before_its_first_day() -> None:
    rule = norm("response", start=FIRST + timedelta(days=10))
    found = judged(rule, course("1", [(0, "a"), (10, "a"), (11, "b")]), cases_end="last_event")

    assert [(day, state) for _, day, state, _, _ in found] == [(FIRST + timedelta(days=10), "kept")]


def test_within_a_day_of_contacts_nothing_is_a_gap() -> None:
    """The later contact of the day may not have taken place; the earlier one did, and none followed."""
    rows = course("1", [(0, "a", {"outcome": "attended"}), (0, "a", {"outcome": None}), (90, "c")])
    rule = norm("max_gap", step("a", outcome="attended"), None, within=Limit(30, "days"))

    assert states(judged(rule, rows)) == ["broken"]


def test_what_was_kept_before_its_limit_ran_out_is_kept_but_in_no_rate() -> None:
    rule = norm("response", within=Limit(14, "days"))
    found = judged(rule, course("1", [(0, "a"), (1, "b")]), (date(2025, 1, 1), date(2025, 3, 10)))

    assert [(state, due) for _, _, state, _, due in found] == [("kept", False)]


def test_a_case_that_left_before_the_limit_ran_out_broke_nothing() -> None:
    rule = norm("response", within=Limit(14, "days"))
    found = judged(rule, course("1", [(0, "a")], exit=date(2025, 3, 5)))

    assert states(found) == ["undetermined left"]


def test_without_a_limit_a_case_must_have_ended() -> None:
    rows = [*course("1", [(0, "a")]), *course("2", [(0, "a")], exit=date(2025, 3, 5))]

    assert states(judged(norm("response"), rows)) == ["undetermined running", "broken"]


def test_what_stood_before_a_case_that_began_before_the_log_is_not_known() -> None:
    rows = [*course("1", [(0, "b")], entry=date(2024, 1, 1)), *course("2", [(0, "b")], entry=date(2025, 3, 3))]
    found = judged(norm("precedence"), rows, (date(2025, 1, 1), date(2026, 1, 1)))

    assert states(found) == ["undetermined history", "broken"]


def test_nobody_knows_what_came_before_a_case_whose_entry_is_not_recorded() -> None:
    rows = [*course("1", [(0, "b")]), *course("2", [(0, "a"), (1, "b")])]
    found = judged(norm("precedence"), rows, cases_begin="entry")

    assert states(found) == ["undetermined history", "kept"]
    assert [due for *_, due in found] == [False, False]


def test_a_limit_that_looks_back_needs_no_more_than_its_own_time() -> None:
    rule = norm("precedence", within=Limit(14, "days"))
    rows = course("1", [(0, "b")], entry=date(2024, 1, 1))

    assert states(judged(rule, rows, (date(2025, 2, 1), date(2026, 1, 1)))) == ["broken"]
    assert states(judged(rule, rows, (date(2025, 3, 1), date(2026, 1, 1)))) == ["undetermined history"]


def test_what_nothing_can_undo_is_said_of_an_open_case_too() -> None:
    rows = course("1", [(0, "a"), (1, "b")])
    watched = (date(2025, 1, 1), date(2026, 1, 1))
    told = {name: states(judged(norm(name), rows, watched)) for name in ("existence", "absence", "not_co_existence")}

    assert told == {"existence": ["kept"], "absence": ["broken"], "not_co_existence": ["broken"]}


def test_days_outside_every_calendar_leave_the_others_alone() -> None:
    rule = norm("response", within=Limit(14, "days"))
    rows = [*course("1", [(0, "a"), (1, "b")]), *course("2", [(0, "a")])]
    rows.append({**rows[0], "case_id": "3", "local_date": date(9998, 12, 31)})
    rows[-1]["timestamp"] = datetime.combine(date(9998, 12, 31), time(8))

    found = judged(rule, rows, (date(2025, 1, 1), date(9998, 12, 31)))

    assert states(found)[:2] == ["kept", "broken"]
