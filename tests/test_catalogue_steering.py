"""The metrics of message 5 (the case steers the process) give published values and what counting by hand gives."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from procmine.metric import catalogue, missing
from procmine.schema import load_schema
from tests import drawn

SCHEMA = load_schema()
SHIPPED = catalogue(schema=SCHEMA)
FIRST = date(2025, 1, 1)
# metrics.md B.4: intervals of one case with 60 days prescribed
GAPS = (60, 61, 59, 60, 14, 3, 120, 58, 60, 31, 62, 60, 7, 90, 60)


@pytest.fixture(params=sorted(drawn.ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    opened = drawn.ENGINES[request.param]()
    yield opened
    opened.close()


def items(engine: Any, name: str, **tables: drawn.Rows) -> list[dict[str, Any]]:
    drawn.fill(engine, SCHEMA, tables)
    query = SHIPPED[name].query
    assert query is not None
    return drawn.run(engine, query)


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def meetings(workers: str) -> list[dict[str, Any]]:
    """One contact a day, each with the caseworker of its letter."""
    return [
        {"contact_id": f"k{n}", "case_id": "c", "office": "o", "on_date": day(n), "worker": w, "contact_number": n + 1}
        for n, w in enumerate(workers)
    ]


def paced(gaps: Sequence[int], grid: int, setting: str | None = "office_set") -> list[dict[str, Any]]:
    """Integration contacts of one case with the given days between them, all under one prescribed interval."""
    at = 0
    rows: list[dict[str, Any]] = []
    for number, gap in enumerate((0, *gaps)):
        rows.append(
            {
                "contact_id": f"k{number}",
                "case_id": "c",
                "office": "o",
                "function": "integration",
                "on_date": day(at + gap),
                "previous_date": day(at) if number else None,
                "previous_interval_days": grid if number else None,
                "case_contact_number": number + 1,
                "setting_mode": setting,
            }
        )
        at += gap
    return rows


# ---- caseworker_continuity: metrics.md B.1


@pytest.mark.parametrize(
    ("sequence", "sequential", "known"),
    [
        ("AABACAADAABA", 3 / 11, 8 / 11),
        ("AAAAAAAABBBB", 10 / 11, 10 / 11),
        ("AAABBC", 0.6, 0.6),
        ("AAABBB", 0.8, 0.8),
        ("AAAAAA", 1.0, 1.0),
        ("ABCDEF", 0.0, 0.0),
        ("ABAB", 0.0, 2 / 3),
    ],
)
def test_the_parts_of_continuity_have_the_published_values_of_a_sequence(
    sequence: str, sequential: float, known: float, engine: Any
) -> None:
    (item,) = items(engine, "caseworker_continuity", contacts=meetings(sequence))

    assert (item["secon"], item["known_worker"]) == pytest.approx((sequential, known), abs=1e-9)


def test_sequential_continuity_heeds_the_order_of_contacts_and_nothing_else_does(engine: Any) -> None:
    (mixed,) = items(engine, "caseworker_continuity", contacts=meetings("ABABAB"))
    (sorted_,) = items(engine, "caseworker_continuity", contacts=meetings("AAABBB"))

    assert (mixed["numerator"], mixed["known_worker"]) == (sorted_["numerator"], sorted_["known_worker"])
    assert mixed["secon"] < sorted_["secon"]


def test_sequential_continuity_takes_contacts_of_one_day_in_their_number_not_in_the_order_of_their_names(
    engine: Any,
) -> None:
    rows = [
        {"contact_id": f"c-{n}", "case_id": "c", "office": "o", "on_date": day(0), "worker": w, "contact_number": n}
        for n, w in ((9, "A"), (10, "B"), (11, "B"), (12, "A"))
    ]
    (item,) = items(engine, "caseworker_continuity", contacts=rows)

    assert item["secon"] == pytest.approx(1 / 3)


# ---- worker_changes, segment_changes


def test_whether_the_caseworker_changed_is_unknown_of_a_stretch_with_an_unknown_change(engine: Any) -> None:
    time = [{"case_id": "c", "office": "o", "from_date": day(0), "to_date": day(30), "days": 31}]
    moved = [
        {"change_id": f"g{n}", "case_id": "c", "on_date": day(n), "worker_changed": changed}
        for n, changed in enumerate((True, None))
    ]

    (item,) = items(engine, "segment_changes", case_time=time, segment_changes=moved)

    assert (item["numerator"], item["with_worker_change"]) == (2, None)


@pytest.mark.parametrize("name", ["worker_changes", "segment_changes"])
def test_the_reasons_of_changes_add_up_to_them(name: str, engine: Any) -> None:
    reasons = ["client_wish", "case", "age", "legal", "reorganisation", "turnover", None]
    time = [{"case_id": "c", "office": "o", "from_date": day(0), "to_date": day(30), "days": 31}]
    assigned: list[dict[str, Any]] = [
        {"assignment_id": f"a{n}", "case_id": "c", "from_date": day(n), "opening": False, "change_reason": reason}
        for n, reason in enumerate(reasons)
    ]
    assigned = [{**row, "cover": None if row["change_reason"] is None else False} for row in assigned]
    opening = {"assignment_id": "a", "case_id": "c", "from_date": day(0), "opening": True, "cover": False}
    moved = [
        {"change_id": f"g{n}", "case_id": "c", "on_date": day(n), "change_reason": reason, "worker_changed": False}
        for n, reason in enumerate(reasons)
    ]
    tables: dict[str, dict[str, drawn.Rows]] = {
        "worker_changes": {"case_time": time, "assignments": [opening, *assigned]},
        "segment_changes": {"case_time": time, "segment_changes": moved},
    }

    (item,) = items(engine, name, **tables[name])

    reasoned = [part for part in SHIPPED[name].parts if part != "with_worker_change"]
    assert item["numerator"] == sum(item[part] for part in reasoned) == len(reasons)


def test_a_stretch_before_anybody_is_known_to_be_assigned_is_no_time_at_risk_of_a_change(engine: Any) -> None:
    time = [
        {"case_id": "c", "office": "o", "from_date": day(0), "to_date": day(30), "days": 31},
        {"case_id": "c", "office": "o", "from_date": day(31), "to_date": day(58), "days": 28},
    ]
    opening = {"assignment_id": "a", "case_id": "c", "from_date": day(58), "opening": True, "cover": False}

    (item,) = items(engine, "worker_changes", case_time=time, assignments=[opening])

    assert (item["on_date"], item["denominator"]) == (day(58), 1)


# ---- mandate_renewal


def test_a_mandate_renewed_after_61_days_lies_beyond_the_horizon(engine: Any) -> None:
    lapsed = {"mandate_id": "m1", "case_id": "c", "from_date": day(0), "to_date": day(10), "mandate_number": 1}
    again = {"mandate_id": "m2", "case_id": "c", "from_date": day(71), "to_date": None, "mandate_number": 2}
    rows = [{**row, "ended_by": "worker_change", "observed_until": day(300)} for row in (lapsed, again)]
    rows[1]["ended_by"] = None

    (item,) = items(engine, "mandate_renewal", mandates=rows)

    assert (item["numerator"], item["denominator"], SHIPPED["mandate_renewal"].horizon) == (1, 61, 60)


# ---- grid_adherence


def test_adherence_to_the_grid_has_the_published_value(engine: Any) -> None:
    found = items(engine, "grid_adherence", contacts=paced(GAPS, 60))

    assert (sum(item["numerator"] for item in found), sum(item["denominator"] for item in found)) == (9, 15)


def test_adherence_with_multiples_has_the_published_value(engine: Any) -> None:
    found = items(engine, "grid_adherence", contacts=paced(GAPS, 60))

    assert (sum(item["with_multiples"] for item in found), len(found)) == (10, 15)


@pytest.mark.parametrize(
    ("grid", "gap", "hit"),
    [
        (28, 25, 1),
        (28, 24, 0),
        (28, 31, 1),
        (28, 32, 0),
        (79, 82, 1),
        (79, 83, 0),  # 5 per cent of 79 days are 3.95
        (80, 84, 1),  # 5 per cent of 80 days are 4
        (80, 85, 0),
        (180, 171, 1),
        (180, 170, 0),
    ],
)
def test_the_tolerance_is_three_days_or_five_per_cent(grid: int, gap: int, hit: int, engine: Any) -> None:
    (item,) = items(engine, "grid_adherence", contacts=paced((gap,), grid))

    assert item["numerator"] == hit


@pytest.mark.parametrize(("times", "hit"), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 0)])
def test_up_to_four_times_the_interval_is_still_the_calendar(times: int, hit: int, engine: Any) -> None:
    (item,) = items(engine, "grid_adherence", contacts=paced((times * 60,), 60))

    assert item["with_multiples"] == hit


def test_a_log_without_the_setting_of_contacts_cannot_tell_a_grid_from_an_agreement() -> None:
    assert missing(SHIPPED["grid_adherence"], SCHEMA, {"setting_mode"}) == ("setting_mode",)


# ---- trigger_attribution


def test_attribution_is_what_looking_for_a_signal_contact_by_contact_gives(engine: Any) -> None:
    mixer = random.Random(5)  # noqa: S311 - draws days, keeps no secret
    met = {case: sorted(mixer.sample(range(20, 400), 25)) for case in "abc"}
    told = {case: sorted(mixer.choices(range(20, 400), k=12)) for case in "abc"}
    contacts = [
        {"contact_id": f"{case}{n}", "case_id": case, "on_date": day(at), "case_contact_number": n + 1}
        for case, days in met.items()
        for n, at in enumerate(days)
    ]
    triggers = [
        {"trigger_id": f"t{case}{n}", "case_id": case, "on_date": day(at)}
        for case, days in told.items()
        for n, at in enumerate(days)
    ]
    watched = [{"first_day": day(0), "last_day": day(400)}]

    found = items(engine, "trigger_attribution", contacts=contacts, triggers=triggers, observation=watched)

    expected = {
        f"{case}{n}": int(any(0 <= at - signal <= 14 for signal in told[case]))
        for case, days in met.items()
        for n, at in enumerate(days)
        if n
    }
    assert {item["item_id"]: item["numerator"] for item in found} == expected


@pytest.mark.parametrize(
    ("setting", "calendar"), [("office_set", 9), ("jointly_agreed", 0), ("client_booked", 0), (None, None)]
)
def test_what_lies_on_the_calendar_is_what_adherence_counts(
    setting: str | None, calendar: int | None, engine: Any
) -> None:
    watched = [{"first_day": day(-100), "last_day": day(900)}]

    found = items(engine, "trigger_attribution", contacts=paced(GAPS, 60, setting), triggers=(), observation=watched)

    parts = [item["calendar_only"] for item in found]
    assert (None if None in parts else sum(parts)) == calendar


def test_attribution_is_measurable_where_no_interval_is_prescribed() -> None:
    assert missing(SHIPPED["trigger_attribution"], SCHEMA, {"prescribed_interval_days", "setting_mode"}) == ()


# ---- need_response


def gaps_of(case: str, met: Sequence[int], last: int) -> list[dict[str, Any]]:
    """The table contact_gaps for contacts on the days ``met`` of a case at risk on the days 0 to ``last``."""
    marks = sorted({0, last, *met})
    return [
        {
            "case_id": case,
            "from_date": day(start),
            "to_date": day(end),
            "days": end - start,
            "after_contact": start in met,
            "ended_by_contact": end in met,
        }
        for start, end in pairwise(marks)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_the_usual_share_is_what_counting_day_by_day_gives(seed: int, engine: Any) -> None:
    mixer = random.Random(seed)  # noqa: S311 - draws days, keeps no secret
    last = mixer.randint(9, 60)
    met = sorted(mixer.sample(range(last + 1), mixer.randint(0, last // 4)))
    free = [d for d in range(last - 6) if d not in met]
    told = mixer.choice(free)
    following = next((day(m) for m in met if m >= told), None)

    found = items(
        engine,
        "need_response",
        cases=[{"case_id": "c", "risk_from": day(0), "risk_to": day(last)}],
        contact_gaps=gaps_of("c", met, last),
        triggers=[{"trigger_id": "t", "case_id": "c", "on_date": day(told), "next_contact_on": following}],
    )

    def met_after(d: int) -> bool:
        return any(1 <= m - d <= 7 for m in met)

    usual = sum(map(met_after, free)) / len(free)
    by_arm = {item["arm"]: item["numerator"] for item in found}
    assert by_arm == {"after_signal": met_after(told), "any_day": pytest.approx(usual)}


def test_a_signal_on_every_day_makes_no_difference(engine: Any) -> None:
    met, last = (0, 9, 10, 26, 41), 60
    triggers = [
        {
            "trigger_id": f"t{told}",
            "case_id": "c",
            "on_date": day(told),
            "next_contact_on": next((day(m) for m in met if m >= told), None),
        }
        for told in range(last + 1)
    ]

    found = items(
        engine,
        "need_response",
        cases=[{"case_id": "c", "risk_from": day(0), "risk_to": day(last)}],
        contact_gaps=gaps_of("c", met, last),
        triggers=triggers,
    )

    shares = {
        arm: [item["numerator"] for item in found if item["arm"] == arm and item["numerator"] is not None]
        for arm in ("after_signal", "any_day")
    }
    assert sum(shares["after_signal"]) == pytest.approx(sum(shares["any_day"]))
    assert len(shares["after_signal"]) == len(shares["any_day"]) == 49  # 54 days with 7 after them, 5 of them contacts


# ---- return_break

FOUR = ("same_worker", "warm", "met", "mandate_renewed")


def returned(engine: Any, met_on: int = 60, **marks: int | None) -> Any:
    """What a return with these marks counts, after which the next contact was ``met_on`` days later."""
    row = {"return_id": "r", "case_id": "c", "on_date": day(0), "observed_until": day(60), **marks}
    (item,) = items(engine, "return_break", returns=[row], contacts=[{"case_id": "c", "on_date": day(met_on)}])
    return item["numerator"]


@pytest.mark.parametrize("one", FOUR)
def test_one_thing_kept_is_enough_for_no_break_whatever_else_is_unknown(one: str, engine: Any) -> None:
    marks: dict[str, Any] = {one: 1}

    assert returned(engine, **marks) == 0


@pytest.mark.parametrize("unknown", FOUR[:3])
def test_a_break_is_known_only_where_worker_handover_and_contact_are(unknown: str, engine: Any) -> None:
    marks: dict[str, Any] = {**dict.fromkeys(FOUR, 0), unknown: None}

    assert returned(engine, **marks) is None


def test_a_break_is_known_where_nobody_records_mandates(engine: Any) -> None:
    assert returned(engine, same_worker=0, warm=0, met=0) == 1


def test_whoever_met_nobody_did_not_meet_the_caseworker_of_before(engine: Any) -> None:
    assert returned(engine, met_on=61, warm=0, met=0) == 1
    assert returned(engine, met_on=60, warm=0, met=0) is None
