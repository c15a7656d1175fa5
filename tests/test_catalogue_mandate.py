"""The metrics of message 2 (the personal mandate): what their worked examples cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from procmine.content import listing, place_of, read_text
from procmine.metric import catalogue, missing
from procmine.schema import load_schema
from procmine.sql import read_query
from tests import drawn

SCHEMA = load_schema()
SHIPPED = catalogue(schema=SCHEMA)
MESSAGE_2 = {
    *("self_initiated_contacts", "appointment_setting", "no_occasion", "no_show_by_setter", "cancellation_by_setter"),
    *("request_fulfilment", "direct_reach", "mandate_coverage", "time_to_mandate", "voluntary_entry"),
    *("informed_transition", "joint_next_step", "offers_without_mandate", "outreach_then_mandate"),
}
# The derived tables these metrics rest on, each after those it reads.
ORDER = ("cases", "contacts", "requests", "case_time", "assignments", "mandates", "decisions", "measures")
DERIVED = {
    name: read_query(read_text(entry), where=place_of(entry), tables=SCHEMA.all_columns())
    for name, entry in listing("event_logs/derived", ".sql").items()
    if name in ORDER
}
GIVEN: Mapping[str, list[dict[str, Any]]] = {
    "activity_kinds": [{"activity": code.code, "kind": code.belongs} for code in SCHEMA.activities.values()],
    "role_functions": [{"role": code.code, "function": code.belongs} for code in SCHEMA.codes["role"].values()],
    "observation": [{"first_day": date(2025, 1, 1), "last_day": date(2025, 6, 30)}],
    "calendar": [
        {"from_date": date(2025, 1, 1), "to_date": date(2025, 3, 31)},
        {"from_date": date(2025, 4, 1), "to_date": date(2025, 6, 30)},
    ],
}
Row = Mapping[str, Any]


@pytest.fixture(params=sorted(drawn.ENGINES))
def engine(request: pytest.FixtureRequest) -> Any:
    opened = drawn.ENGINES[request.param]()
    yield opened
    opened.close()


def items(engine: Any, name: str, tables: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """The items of a metric over the given tables; those it reads and is not given are empty."""
    query = SHIPPED[name].query
    assert query is not None
    drawn.fill(engine, SCHEMA, {table: tables.get(table, ()) for table in query.needs})
    return drawn.run(engine, query)


def items_of_log(engine: Any, name: str, events: Sequence[Row]) -> list[dict[str, Any]]:
    """The items of a metric over a log of one case, through the derived tables."""
    rows = [{"case_id": "c", "office": "o", "event_no": number, **event} for number, event in enumerate(events, 1)]
    drawn.fill(engine, SCHEMA, {**GIVEN, "events": rows})
    for table in ORDER:
        drawn.fill(engine, SCHEMA, {table: drawn.run(engine, DERIVED[table])})
    query = SHIPPED[name].query
    assert query is not None
    return drawn.run(engine, query)


def event(day: str, activity: str, **columns: Any) -> dict[str, Any]:
    return {"local_date": date.fromisoformat(day), "activity": activity, **columns}


def share(rows: Sequence[Row], arm: str) -> float:
    own = [row for row in rows if row["arm"] == arm]
    return float(sum(row["numerator"] for row in own) / sum(row["denominator"] for row in own))


def appointments(**counts: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    """As many appointments of each way of setting and outcome as are told."""
    told = [
        (mode, outcome) for mode, by_outcome in counts.items() for outcome, n in by_outcome.items() for _ in range(n)
    ]
    rows: list[dict[str, Any]] = [
        {"appointment_id": f"t{number}", "case_id": f"c{number}", "setting_mode": mode, "outcome": outcome}
        for number, (mode, outcome) in enumerate(told)
    ]
    return {"appointments": rows, "observation": GIVEN["observation"]}


# The worked numbers of the reference, card B4.
WORKED = appointments(
    office_set={"attended": 180, "no_show": 45, "cancelled_client": 15},
    jointly_agreed={"attended": 140, "no_show": 10, "cancelled_client": 42},
    client_booked={"attended": 100, "no_show": 8},
)


def test_all_metrics_of_message_two_are_shipped() -> None:
    assert set(SHIPPED) >= MESSAGE_2


def test_missed_appointments_have_the_worked_numbers(engine: Any) -> None:
    rows = items(engine, "no_show_by_setter", WORKED)

    first, second = share(rows, "office_set"), share(rows, "agreed")

    assert (first, second) == pytest.approx((0.20, 0.069767), abs=5e-7)
    assert first - second == pytest.approx(0.130233, abs=5e-7)
    assert first / second == pytest.approx(2.866667, abs=5e-7)


def test_cancelled_appointments_have_the_worked_numbers(engine: Any) -> None:
    rows = items(engine, "cancellation_by_setter", WORKED)

    assert share(rows, "office_set") == 0.0625
    assert share(rows, "agreed") == 0.14


def test_an_office_that_records_only_missed_appointments_is_not_missed_by_everybody(engine: Any) -> None:
    rows = items(
        engine,
        "no_show_by_setter",
        {
            **WORKED,
            "appointments": [
                {"appointment_id": "t1", "case_id": "c", "setting_mode": "office_set", "slot_date": date(2025, 2, 3)},
                {**WORKED["appointments"][0], "outcome": "no_show"},
            ],
        },
    )

    assert sorted(str(row["numerator"]) for row in rows) == ["1", "None"]


@pytest.mark.parametrize(
    ("name", "absent", "lacking"),
    [
        ("self_initiated_contacts", {"initiator"}, ("initiator",)),
        ("self_initiated_contacts", {"role"}, ()),
        ("no_occasion", {"occasion"}, ("occasion",)),
        ("no_show_by_setter", {"outcome", "setting_mode"}, ("outcome", "setting_mode")),
        ("request_fulfilment", {"to_role", "role"}, ()),
        ("direct_reach", {"initiator", "channel"}, ()),
        ("direct_reach", {"access_route"}, ("access_route",)),
        ("mandate_coverage", {"entry"}, ("entry",)),
        ("voluntary_entry", {"legal_notice", "options_offered"}, ("legal_notice",)),
        ("informed_transition", {"entry"}, ()),
        ("outreach_then_mandate", {"visit_purpose"}, ("visit_purpose",)),
    ],
)
def test_a_metric_says_which_columns_a_log_lacks_for_it(name: str, absent: set[str], lacking: tuple[str, ...]) -> None:
    assert missing(SHIPPED[name], SCHEMA, absent) == lacking


@pytest.mark.parametrize(
    "name", ["mandate_coverage", "time_to_mandate", "offers_without_mandate", "outreach_then_mandate"]
)
def test_without_any_recorded_mandate_nothing_is_said_about_mandates(name: str) -> None:
    metric = SHIPPED[name]

    assert "mandate_obtained" in metric.activities | metric.every_activity


# A case that enters on 11 January and is watched to the end of June: 80 days in the first quarter, 91 in the second.
ENTRY = {"entry": date(2025, 1, 11)}


@pytest.mark.parametrize(
    ("events", "days"),
    [
        # given on 1 March, 31 days of the first quarter
        ([event("2025-03-01", "mandate_obtained")], (31, 91)),
        # lapsed at a change of caseworker until renewed
        (
            [
                event("2025-03-01", "mandate_obtained"),
                event("2025-03-11", "worker_change", change_reason="turnover"),
                event("2025-04-10", "mandate_renewed"),
            ],
            (10, 82),
        ),
        # a change whose reason is unknown makes it lapse as well
        ([event("2025-03-01", "mandate_obtained"), event("2025-03-11", "worker_change")], (10, 0)),
        # cover does not
        (
            [event("2025-03-01", "mandate_obtained"), event("2025-03-11", "worker_change", change_reason="cover")],
            (31, 91),
        ),
        # a plan is no mandate
        ([event("2025-03-01", "cooperation_plan")], (0, 0)),
        # withdrawn on the day it was given
        ([event("2025-03-01", "mandate_obtained"), event("2025-03-01", "mandate_withdrawn")], (0, 0)),
    ],
)
def test_a_mandate_covers_the_days_until_it_is_withdrawn_or_lapses(
    events: list[Row], days: tuple[int, int], engine: Any
) -> None:
    rows = items_of_log(engine, "mandate_coverage", [event("2025-01-11", "application", **ENTRY), *events])

    assert [(row["numerator"], row["denominator"]) for row in rows] == [(days[0], 80), (days[1], 91)]


def test_a_case_under_a_mandate_to_its_exit_is_covered_on_every_day(engine: Any) -> None:
    events = [
        event("2025-01-11", "application", **ENTRY),
        event("2025-01-11", "mandate_obtained"),
        event("2025-02-10", "exit"),
    ]

    (row,) = items_of_log(engine, "mandate_coverage", events)

    assert (row["numerator"], row["denominator"]) == (31, 31)


def test_days_with_and_without_a_mandate_are_all_days_of_a_case(engine: Any) -> None:
    first = date(2025, 1, 1)
    stretches = [
        {"case_id": "c", "office": "o", "from_date": first + timedelta(days=30 * n), "days": 30}
        | {"to_date": first + timedelta(days=30 * n + 29)}
        for n in range(6)
    ]
    # mandates of 17 days, 5 days apart: some begin, some end, some do both within a stretch
    mandates = [
        {"case_id": "c", "from_date": first + timedelta(days=22 * n), "to_date": first + timedelta(days=22 * n + 17)}
        for n in range(8)
    ]
    tables: dict[str, Sequence[Row]] = {"case_time": stretches, "mandates": mandates}

    covered = {row["item_id"]: row["numerator"] for row in items(engine, "mandate_coverage", tables)}
    free = {row["item_id"]: row["denominator"] for row in items(engine, "offers_without_mandate", tables)}

    assert [covered[item] + free[item] for item in sorted(covered)] == [30] * 6
    assert sum(covered.values()) == 8 * 17


def test_a_proposal_on_the_day_a_mandate_lapses_was_made_without_one(engine: Any) -> None:
    events = [
        event("2025-01-11", "application", **ENTRY),
        event("2025-03-01", "mandate_obtained"),
        event("2025-03-10", "placement_proposal"),
        event("2025-03-11", "worker_change"),
        event("2025-03-11", "placement_proposal"),
    ]

    first, second = items_of_log(engine, "offers_without_mandate", events)

    assert (first["numerator"], first["denominator"]) == (1, 70)
    assert (second["numerator"], second["denominator"]) == (0, 91)


def test_the_first_mandate_is_waited_for_from_the_day_of_entry(engine: Any) -> None:
    events = [event("2025-01-11", "application", **ENTRY), event("2025-04-11", "mandate_obtained")]

    (row,) = items_of_log(engine, "time_to_mandate", events)

    assert (row["on_date"], row["numerator"], row["denominator"]) == ("2025-01-11", 1, 90)


def test_an_assignment_under_full_notice_makes_an_entry_unfree_whatever_stands_at_its_start(engine: Any) -> None:
    events = [
        event("2025-02-03", "measure_assignment", legal_notice="full", link_id="m"),
        event("2025-02-10", "measure_start", legal_notice="none", link_id="m", decision_mode="joint"),
    ]

    (row,) = items_of_log(engine, "voluntary_entry", events)

    assert row["numerator"] == 0


def test_holistic_support_is_no_item_of_voluntary_entry(engine: Any) -> None:
    events = [event("2025-02-10", "measure_start", role="coach", legal_notice="none", decision_mode="client_choice")]

    assert items_of_log(engine, "voluntary_entry", events) == []


def test_how_an_entry_was_decided_is_taken_from_the_offer_before(engine: Any) -> None:
    events = [
        event("2025-03-05", "first_interview"),
        event("2025-03-05", "measure_offer", decision_mode="client_choice", link_id="m"),
        event("2025-03-20", "measure_start", link_id="m"),
    ]

    (row,) = items_of_log(engine, "informed_transition", events)

    assert row["numerator"] == 1


@pytest.mark.parametrize(
    ("contact_on", "numerator"),
    [("2025-05-01", 0), ("2025-04-30", 1), ("2025-03-02", 1), ("2025-03-01", 0)],
)
def test_a_contact_informs_from_one_day_to_sixty_before(contact_on: str, numerator: int, engine: Any) -> None:
    events = [
        event(contact_on, "first_interview"),
        event("2025-05-01", "special_support_start", decision_mode="joint"),
    ]

    (row,) = items_of_log(engine, "informed_transition", events)

    assert row["numerator"] == numerator


def test_a_contact_of_unknown_function_leaves_open_whether_a_request_was_answered(engine: Any) -> None:
    events = [
        event("2025-02-03", "contact_request", to_role="benefits"),
        event("2025-02-10", "first_interview"),
        event("2025-03-10", "followup_interview", role="benefits"),
    ]

    (row,) = items_of_log(engine, "request_fulfilment", events)

    assert (row["numerator"], row["denominator"]) == (None, 35)


def test_a_request_without_a_function_is_answered_by_any_contact(engine: Any) -> None:
    events = [event("2025-02-03", "contact_request"), event("2025-02-17", "first_interview", role="placement")]

    (row,) = items_of_log(engine, "request_fulfilment", events)

    assert (row["numerator"], row["denominator"]) == (1, 14)


def test_a_contact_without_a_recorded_decision_is_no_item_of_joint_next_step(engine: Any) -> None:
    events = [
        event("2025-02-03", "first_interview"),
        event("2025-02-10", "followup_interview", decision_mode="joint"),
        event("2025-02-17", "cooperation_plan", decision_mode="joint"),
    ]

    (row,) = items_of_log(engine, "joint_next_step", events)

    assert (row["on_date"], row["numerator"]) == ("2025-02-10", 1)
