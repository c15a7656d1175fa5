"""What the metrics of messages 1 and 3 (fear; cash benefits) give beyond their worked examples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from procmine.metric import catalogue, missing
from procmine.schema import load_schema
from tests import drawn

SCHEMA = load_schema()
SHIPPED = catalogue(schema=SCHEMA)
FIRST = date(2025, 1, 1)


@pytest.fixture(params=sorted(drawn.ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    opened = drawn.ENGINES[request.param]()
    yield opened
    opened.close()


def items(engine: Any, name: str, **tables: drawn.Rows) -> list[dict[str, Any]]:
    """The items of a metric for these rows, in the order of their ids."""
    query = SHIPPED[name].query
    assert query is not None
    drawn.fill(engine, SCHEMA, {**dict.fromkeys(query.needs, ()), **tables})
    return sorted(drawn.run(engine, query), key=lambda row: str(row["item_id"]))


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


# ---- message 1


@pytest.mark.parametrize(
    ("notices", "known"),
    [
        (["full"], 1),
        (["full", None], 1),
        (["full", "none", "hint"], 1),
        ([None], None),
        (["none", None], None),
        (["hint", None, "none"], None),
        (["none", "hint"], 0),
        ([], 0),
    ],
)
def test_one_full_notice_decides_a_first_contact_and_an_unknown_one_leaves_it_open(
    notices: list[str | None], known: int | None, engine: Any
) -> None:
    invited = {"case_id": "c", "invited_on": day(20), "slot_date": day(30)}
    appointments = [{**invited, "appointment_id": f"t{n}", "legal_notice": each} for n, each in enumerate(notices)]

    (item,) = items(
        engine,
        "threat_first_contact",
        observation=[{"first_day": day(0), "last_day": day(300)}],
        cases=[{"case_id": "c", "entry": day(10)}],
        contacts=[{"contact_id": "k", "case_id": "c", "on_date": day(30)}],
        appointments=appointments,
    )

    assert item["numerator"] == known


@pytest.mark.parametrize(
    ("invited", "slot", "hit"),
    [(1, 30, 0), (2, 30, 1), (29, 60, 1), (30, 30, 1), (30, 29, 1), (30, 31, 0), (30, None, 0), (31, 31, 0)],
)
def test_an_invitation_threatens_a_first_contact_for_28_days_and_not_one_it_was_handed_out_in(
    invited: int, slot: int | None, hit: int, engine: Any
) -> None:
    appointment = {"case_id": "c", "appointment_id": "t", "invited_on": day(invited), "legal_notice": "full"}

    (item,) = items(
        engine,
        "threat_first_contact",
        observation=[{"first_day": day(0), "last_day": day(300)}],
        cases=[{"case_id": "c", "entry": day(0)}],
        contacts=[{"contact_id": f"k{n}", "case_id": "c", "on_date": day(n)} for n in (90, 30, 60)],
        appointments=[{**appointment, "slot_date": None if slot is None else day(slot)}],
    )

    assert (item["on_date"], item["numerator"]) == (day(30), hit)


def test_the_types_of_reductions_add_up_to_them(engine: Any) -> None:
    types = [*SCHEMA.codes["sanction_type"], None, "missed_appointment"]

    (item,) = items(
        engine,
        "sanction_rate",
        case_time=[{"case_id": "c", "office": "o", "from_date": day(0), "to_date": day(30), "days": 31}],
        sanctions=[
            {"sanction_id": f"s{n}", "case_id": "c", "on_date": day(n), "sanction_type": each}
            for n, each in enumerate(types)
        ],
    )

    assert item["numerator"] == sum(item[part] for part in SHIPPED["sanction_rate"].parts) == len(types)
    assert item["missed_appointment"] == 2


@pytest.mark.parametrize("name", ["contact_loss", "third_party_recontact"])
def test_both_metrics_of_lost_contact_begin_on_the_180th_day(name: str, engine: Any) -> None:
    lengths = range(178, 183)
    gaps = [
        {"case_id": f"c{n}", "from_date": day(0), "to_date": day(n), "days": n, "ended_by_contact": True}
        for n in lengths
    ]
    cases = [{"case_id": f"c{n}", "risk_from": day(0), "risk_to": day(400)} for n in lengths]

    found = items(engine, name, contact_gaps=[{**gap, "participants": "partner"} for gap in gaps], cases=cases)

    assert [item["case_id"] for item in found if item["numerator"] == 1] == ["c180", "c181", "c182"]


def test_a_case_watched_for_too_short_to_lose_contact_is_no_item(engine: Any) -> None:
    cases = [{"case_id": f"c{n}", "risk_from": day(0), "risk_to": day(n)} for n in (179, 180)]
    gaps = [{"case_id": f"c{n}", "from_date": day(0), "days": n} for n in (179, 180)]

    assert [item["case_id"] for item in items(engine, "contact_loss", cases=cases, contact_gaps=gaps)] == ["c180"]


@pytest.mark.parametrize("recontact", [None, 10, 59, 60, 61, 100])
@pytest.mark.parametrize("unclear", [None, 10, 59, 60, 61, 99])
@pytest.mark.parametrize("watched", [40, 60, 80, 200])
def test_a_reduction_is_followed_up_to_what_is_first_known_of_it(
    recontact: int | None, unclear: int | None, watched: int, engine: Any
) -> None:
    known = recontact if recontact is not None and recontact <= watched else None
    doubt = unclear if unclear is not None and unclear <= watched and (known is None or unclear < known) else None
    if doubt is not None:
        expected = (None if doubt <= 60 else 0, doubt)
    else:
        expected = (0, watched) if known is None else (1, known)

    (item,) = items(
        engine,
        "re_engagement",
        sanctions=[
            {
                "sanction_id": "s",
                "case_id": "c",
                "on_date": day(0),
                "recontact_on": None if recontact is None else day(recontact),
                "unclear_on": None if unclear is None else day(unclear),
                "observed_until": day(watched),
            }
        ],
    )

    assert (item["numerator"], item["denominator"]) == expected


# ---- message 3


def states(*spans: tuple[str, int, int | None]) -> list[dict[str, Any]]:
    """States of one case's benefits: which, from which day, to which."""
    return [
        {
            "state_id": f"z{n}",
            "case_id": "c",
            "benefit_state": state,
            "from_date": day(start),
            "to_date": None if end is None else day(end),
            "observed_until": day(400),
        }
        for n, (state, start, end) in enumerate(spans)
    ]


def overlap(engine: Any, at: int, spans: list[dict[str, Any]], *reduced: tuple[int, int | None]) -> int | None:
    """What an integration contact on a day is, given states and reductions (notice, lifted)."""
    sanctions = [
        {"sanction_id": f"s{n}", "case_id": "c", "on_date": day(on), "lifted_on": None if off is None else day(off)}
        for n, (on, off) in enumerate(reduced)
    ]
    contact = {"contact_id": "k", "case_id": "c", "on_date": day(at), "function": "integration"}
    (item,) = items(engine, "unsettled_overlap", contacts=[contact], benefit_states=spans, sanctions=sanctions)
    found: int | None = item["numerator"]
    return found


@pytest.mark.parametrize(
    ("spans", "known"),
    [
        (states(("settled", 0, None)), 0),
        (states(("settled", 0, None), ("pending", 36, None)), 0),
        (states(("settled", 0, None), ("pending", 35, None)), 1),
        (states(("settled", 0, None), ("pending", 35, 50)), 0),
        (states(("settled", 0, None), ("pending", 35, 51)), 1),
        (states(("pending", 36, None)), 0),
        (states(("suspended", 50, None)), 1),
        (states(("suspended", 51, None)), None),
        (states(("disputed", 0, 50)), None),
        (states(("disputed", 0, 50), ("settled", 50, None)), 0),
        ([], None),
    ],
)
def test_a_state_weighs_from_its_day_to_the_day_of_the_next(
    spans: list[dict[str, Any]], known: int | None, engine: Any
) -> None:
    assert overlap(engine, 50, spans) == known


@pytest.mark.parametrize(
    ("since", "lifted", "known"),
    [
        (-1, None, 0),
        (0, None, 1),
        (28, None, 1),
        (29, None, None),
        (126, None, None),
        (127, None, 0),
        (28, 28, 0),
        (28, 29, 1),
        (100, 100, 0),
        (100, 101, None),
    ],
)
def test_a_reduction_weighs_for_28_days_and_perhaps_for_126(
    since: int, lifted: int | None, known: int | None, engine: Any
) -> None:
    settled = states(("settled", 0, None))

    assert overlap(engine, 150, settled, (150 - since, None if lifted is None else 150 - since + lifted)) == known


def test_no_reduction_lies_in_between_the_least_and_the_most_the_law_allows() -> None:
    """SGB II § 31b: one to three months from the month after it takes effect; a letter does so within four days."""

    def month_after(number: int, months: int) -> date:
        effect = FIRST + timedelta(days=number)
        year, month = divmod(effect.year * 12 + effect.month - 1 + months, 12)
        return date(year, month + 1, 1)

    days = [(number, number + late) for number in range(4 * 366) for late in range(5)]
    least = min((month_after(effect, 2) - FIRST).days - 1 - notice for notice, effect in days)
    most = max((month_after(effect, 4) - FIRST).days - 1 - notice for notice, effect in days)

    assert (least, most) == (28, 126)


@pytest.mark.parametrize(("known", "of", "number"), [(3, 3, 1), (3, 4, None), (4, 5, 1), (8, 10, 1), (7, 9, None)])
def test_contact_persons_are_known_where_four_of_five_contacts_have_a_caseworker(
    known: int, of: int, number: int | None, engine: Any
) -> None:
    contacts = [
        {"contact_id": f"k{n}", "case_id": "c", "on_date": day(n), "worker": "A" if n < known else None}
        for n in range(of)
    ]

    (item,) = items(
        engine,
        "contact_points",
        observation=[{"first_day": day(0), "last_day": day(300)}],
        cases=[{"case_id": "c", "office": "o", "entry": day(0)}],
        contacts=contacts,
    )

    assert item["numerator"] == number


def test_contact_persons_do_not_depend_on_how_often_they_are_met(engine: Any) -> None:
    def number(workers: str) -> Any:
        contacts = [
            {"contact_id": f"k{n}", "case_id": "c", "on_date": day(n), "worker": each, "function": "integration"}
            for n, each in enumerate(workers)
        ]
        cases = [{"case_id": "c", "office": "o", "entry": day(0)}]
        watched = [{"first_day": day(0), "last_day": day(300)}]
        (item,) = items(engine, "contact_points", observation=watched, cases=cases, contacts=contacts)
        return item["numerator"], item["integration"]

    assert number("AABACAADAABA") == number("ABCD") == number("DCBAA") == (4, 4)


def test_an_issue_open_at_the_end_is_followed_until_then_and_never_unresolved(engine: Any) -> None:
    issue = {"benefit_issue_id": "b", "case_id": "c", "raised_on": day(0), "observed_until": day(30)}

    ends = [
        items(engine, "benefit_resolution", benefit_issues=[{**issue, "resolved_on": end and day(end)}])[0]
        for end in (None, 30, 31)
    ]

    assert [(item["numerator"], item["denominator"]) for item in ends] == [(0, 30), (1, 30), (0, 30)]


# ---- what a log must have for them


@pytest.mark.parametrize(
    ("name", "absent", "lacking"),
    [
        ("legal_notice", {"legal_notice"}, ("legal_notice",)),
        ("legal_notice", {"appointment_id"}, ("appointment_id",)),
        ("threat_first_contact", {"entry"}, ("entry",)),
        ("sanction_rate", {"sanction_type"}, ("sanction_type",)),
        ("sanction_rate", {"entry", "exit"}, ("entry", "exit")),
        ("contact_loss", {"birth_band", "outcome"}, ()),
        ("contact_loss", {"exit"}, ("exit",)),
        ("third_party_recontact", {"participants"}, ("participants",)),
        ("benefits_drawn_in", {"handover_type"}, ()),
        ("benefits_drawn_in", {"handover_type", "participants"}, ("handover_type|participants",)),
        ("benefit_resolution", {"role", "participants"}, ()),
        ("benefit_resolution", {"benefit_issue_id"}, ("benefit_issue_id",)),
        ("resolved_at_once", {"role"}, ("role",)),
        ("unsettled_overlap", {"benefit_state"}, ("benefit_state",)),
        ("contact_points", {"role", "entry"}, ()),
        ("contact_points", {"worker"}, ("worker",)),
        ("function_mix", {"role"}, ("role",)),
        ("benefit_then_mandate", {"entry"}, ()),
        ("benefits_counselling", {"action_form"}, ("action_form",)),
    ],
)
def test_a_metric_of_fear_or_benefits_says_which_columns_a_log_lacks(
    name: str, absent: set[str], lacking: tuple[str, ...]
) -> None:
    assert missing(SHIPPED[name], SCHEMA, absent) == lacking


@pytest.mark.parametrize(
    ("name", "activity"),
    [
        ("legal_notice", "invitation_sent"),
        ("threat_first_contact", "invitation_sent"),
        ("sanction_rate", "reduction"),
        ("re_engagement", "reduction"),
        ("benefit_resolution", "benefit_issue_resolved"),
        ("resolved_at_once", "benefit_issue_resolved"),
        ("benefit_then_mandate", "benefit_issue_resolved"),
    ],
)
def test_a_figure_of_0_is_refused_where_the_log_never_records_what_it_counts(name: str, activity: str) -> None:
    assert SHIPPED[name].activities == {activity}
