"""What the metrics of practice, joint work and conflict give beyond their worked examples."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from procmine.metric import catalogue, missing
from procmine.schema import load_schema
from tests import drawn

SCHEMA = load_schema()
SHIPPED = catalogue(schema=SCHEMA)
RATES = ("conflict_rate", "employer_contacts")


@pytest.fixture(params=sorted(drawn.ENGINES))
def engine(request: pytest.FixtureRequest) -> Any:
    opened = drawn.ENGINES[request.param]()
    yield opened
    opened.close()


def items(engine: Any, name: str, tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The items of a metric for these rows, in the order of their ids."""
    query = SHIPPED[name].query
    assert query is not None
    drawn.fill(engine, SCHEMA, tables)
    return sorted(drawn.run(engine, query), key=lambda row: str(row["item_id"]))


def test_every_duration_up_to_the_cap_is_cut_to_its_whole_minutes(engine: Any) -> None:
    durations = [half / 2 for half in range(2 * 1030)]
    tables: dict[str, list[dict[str, Any]]] = {
        "cases": [{"case_id": f"c{n:04d}", "office": "o"} for n in range(len(durations))],
        "acts": [
            {"act_id": f"a{n}", "case_id": f"c{n:04d}", "on_date": "2025-01-09", "substantive": True, "duration_min": d}
            for n, d in enumerate(durations)
        ],
    }

    found = [item["numerator"] for item in items(engine, "contact_concentration", tables)]

    assert found == [min(int(each), 1023) for each in durations]


@pytest.mark.parametrize(("timed", "minutes"), [(0, None), (1, None), (2, 120), (3, 120), (4, 120)])
def test_minutes_are_known_from_half_of_the_contacts_on(timed: int, minutes: int | None, engine: Any) -> None:
    acts = [
        {"act_id": f"a{n}", "case_id": "c", "on_date": "2025-01-09", "substantive": True, "duration_min": given}
        for n, given in enumerate([30] * timed + [None] * (4 - timed))
    ]

    (item,) = items(engine, "contact_concentration", {"cases": [{"case_id": "c", "office": "o"}], "acts": acts})

    assert item["numerator"] == minutes


def test_the_stretches_of_a_support_add_up_to_its_days(engine: Any) -> None:
    first = date(2025, 1, 1)
    months = [(date(2025, m, 1), date(2025, m + 1, 1) - timedelta(days=1)) for m in range(1, 12)]
    spans = [(start, start + days) for start in range(0, 90, 7) for days in (0, 1, 30, 61, 120)]
    supports = [
        {
            "support_id": f"p{n:03d}",
            "case_id": "c",
            "office": "o",
            "from_date": str(first + timedelta(days=start)),
            "to_date": str(first + timedelta(days=end)),
            "run_by": "provider",
            "observed_until": "2025-11-30",
        }
        for n, (start, end) in enumerate(spans)
    ]
    calendar = [{"from_date": str(a), "to_date": str(b)} for a, b in months]

    found = items(engine, "outsourcing", {"calendar": calendar, "supports": supports})

    days = [sum(i["denominator"] for i in found if i["item_id"].startswith(f"p{n:03d}-")) for n in range(len(spans))]
    assert days == [end - start + 1 for start, end in spans]
    assert all(item["numerator"] == item["denominator"] for item in found)


@pytest.mark.parametrize("name", RATES)
def test_a_rate_that_begins_with_0_asks_for_one_event_of_its_kind_in_the_log(name: str) -> None:
    metric = SHIPPED[name]

    assert metric.per == 100
    assert len(metric.activities) == 1


def test_a_referral_without_a_reported_arrival_is_unknown_and_never_a_miss(engine: Any) -> None:
    referral = {"case_id": "c", "office": "o", "on_date": "2025-01-09", "transfer_kind": "external"}
    handovers = [{**referral, "handover_id": "u1", "arrived_on": None, "observed_until": "2026-01-09"}]

    (item,) = items(engine, "arrivals", {"handovers": handovers})

    assert item["numerator"] is None


def test_the_gaps_take_the_first_contact_of_a_log_for_the_first_of_a_case_only_where_it_can_be(engine: Any) -> None:
    contact = {"case_id": "c", "office": "o", "decision_mode": "joint", "action_form": "assistance"}
    tables: dict[str, list[dict[str, Any]]] = {
        "observation": [{"first_day": "2025-01-01", "last_day": "2025-06-30"}],
        "contacts": [
            {**contact, "contact_id": f"k{n}", "on_date": f"2025-0{n}-09", "activity": "home_visit"} | number
            for n, number in ((1, {"case_contact_number": 1}), (2, {"case_contact_number": 2}))
        ],
    }

    arms = {
        (name, entry): [i["arm"] for i in items(engine, name, {**tables, "cases": [{"case_id": "c", "entry": entry}]})]
        for name in ("followup_gap", "followup_practice_gap")
        for entry in ("2024-12-31", "2025-01-01")
    }

    assert arms == {(name, entry): [] if entry < "2025" else ["first", "later"] for name, entry in arms}


@pytest.mark.parametrize(
    ("name", "absent", "lacking"),
    [
        ("household_contact", {"members_present"}, ()),
        ("household_contact", {"members_present", "format"}, ("format|members_present",)),
        ("group_formats", {"appointment_id", "setting_mode"}, ()),
        ("group_formats", {"format", "legal_notice"}, ("format", "legal_notice")),
        ("open_access", {"action_form"}, ("action_form",)),
        ("employer_contacts", {"entry", "exit"}, ("entry", "exit")),
        ("followup_gap", {"entry"}, ()),
        ("own_casework", {"action_form"}, ()),
        ("own_casework", {"duration_min"}, ("duration_min",)),
        ("outsourcing", {"to_org"}, ()),
        ("outsourcing", {"to_org", "role"}, ("role|to_org",)),
        ("joint_teams", {"participants"}, ("participants",)),
    ],
)
def test_a_metric_of_practice_says_which_columns_a_log_lacks(
    name: str, absent: set[str], lacking: tuple[str, ...]
) -> None:
    assert missing(SHIPPED[name], SCHEMA, absent) == lacking
