"""Made-up logs for the laws: few cases, few days, few workers, so that ties, gaps and shared ids happen often."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

FIRST_DAY = date(2025, 3, 24)  # a week before the clocks change
# Near days make ties; in wide logs the rules of 14, 28, 60, 90 and 180 days get both sides.
DAYS = (0, 0, 1, 2, 7, 14, 15, 16, 30)
WIDE_DAYS = (0, 1, 2, 10, 14, 28, 29, 30, 42, 60, 61, 75, 90, 91, 120, 150, 180, 181, 200, 250, 300, 365, 400)
HOURS = (8, 9)
Event = Mapping[str, Any]


def _days(*after: int) -> tuple[date, ...]:
    return tuple(FIRST_DAY + timedelta(days=number) for number in after)


# What a column may hold, as often as it stands here. Attended contacts in person are the most frequent, or hardly an
# event would be a contact and hardly a case would have the three that continuity asks for.
VALUES: Mapping[str, Sequence[Any]] = {
    "case_id": ("c1", "c1", "c1", "c2", "c2", "c3"),
    "activity": (),  # the theme's
    "lifecycle": (None, None, *["complete"] * 5, "start"),
    "worker": (None, *["w1"] * 3, *["w2"] * 2, "w3"),
    "role": (None, *["placement"] * 5, "benefits", "measure_provider", "coach"),
    "team": (None, "t1", "t2"),
    "office": (*["o1"] * 5, "o2"),
    "appointment_id": (None, "t1", "t2", "t3"),
    "initiator": (None, "client", "household_member", "caseworker", "caseworker"),
    "outcome": (
        *[None] * 3,
        *["attended"] * 9,
        "no_show",
        "cancelled_client",
        "cancelled_office",
        "rescheduled_client",
    ),
    "channel": (None, *["in_person"] * 5, "phone", "mail"),
    "access_route": (None, "direct", "service_centre", "portal_pool"),
    "location": (None, "office", "client_home", "social_space", "remote"),
    "visit_purpose": (None, "support", "control"),
    "format": (None, "individual", "household", "group"),
    "participants": (None, "placement|partner", "benefits|placement|client", "measure_provider|benefits", "client"),
    "members_present": (None, 1, 2),
    "action_form": (None, "counselling", "counselling|assistance", "administrative", "control|information"),
    "topic": (None, "work", "housing", "debt"),
    "target": (None, "person", "conditions", "both"),
    "decision_mode": (None, None, "client_choice", "joint", "office_unilateral", "rule"),
    "options_offered": (None, 0, 1, 3),
    "mandate_scope": (None, "work", "life_situation", "benefit"),
    "mandate_worker": (None, "w1", "w2"),
    "handover_type": (None, None, "warm", "file_only", "accompanied"),
    "from_worker": (None, "w1", "w2"),
    "to_worker": (None, "w1", "w2"),
    "to_role": (None, "benefits", "placement"),
    "to_org": (None, "Beratungsstelle"),
    "link_id": (None, None, "l1"),
    "benefit_issue_id": (None, None, "b1", "b2"),
    "benefit_state": (None, None, "settled", "pending", "suspended"),
    "setting_mode": (None, None, "office_set", "client_booked", "jointly_agreed"),
    "occasion": (None, "client_concern", "routine_interval", "legal_requirement"),
    "legal_notice": (None, "none", "hint", "full"),
    "segment": (None, "s1", "s2"),
    "change_reason": (None, "case", "client_wish", "reorganisation", "cover"),
    "prescribed_interval_days": (None, None, 14, 30),
    "duration_min": (None, 10, 45, 60),
    "planned_date": (None, *_days(0, 3)),
    "requested_date": (None, *_days(1)),
    "sanction_type": (None, "missed_appointment", "breach"),
    "household_size": (None, 1, 2),
}
# What is the same in all events of a case.
CONSTANT: Mapping[str, Sequence[Any]] = {
    "entry": (None, *_days(-100, 0, 3)),
    "exit": (None, None, None, None, *_days(-1, 15, 61, 300)),
    "exit_reason": (None, "employment"),
    "household_id": (None, "h1", "h2"),
    "birth_band": (None, "25-34", "55+"),
    "carrier": (None, "gE"),
    "comparison_type": (None, "Ia"),
}
_MET = ("first_interview", "followup_interview", "home_visit", "joint_meeting")
# What a log is mostly about; contacts are in all of them, because nearly every table asks for the contacts around.
THEMES: Mapping[str, Sequence[str]] = {
    "contacts": (
        *_MET * 3,
        *("handover", "referral", "worker_change", "contact_request", "contact_request", "invitation_sent"),
        *("inbound_message", "exit", "something_of_their_own"),
    ),
    "mandates": (
        *_MET * 3,
        *("mandate_obtained", "mandate_obtained", "mandate_renewed", "mandate_confirmed", "mandate_extended"),
        *("mandate_withdrawn", "mandate_declined", "worker_change", "worker_change", "handover", "return_to_regular"),
    ),
    "measures": (
        *_MET * 3,
        *("measure_offer", "measure_assignment", "measure_start", "measure_start", "measure_end", "measure_end"),
        *("measure_dropout", "special_support_start", "special_support_start", "special_support_end"),
        *("return_to_regular", "return_to_regular"),
        *("handover", "cooperation_plan", "placement_proposal", "mandate_renewed"),
    ),
    "benefits": (
        *_MET * 3,
        *("benefit_issue_raised", "benefit_issue_raised", "benefit_issue_resolved", "benefit_notice", "benefit_change"),
        *("missed_appointment", "hearing", "reduction", "reduction", "reduction_lifted", "objection", "handover"),
    ),
    "transfers": (
        *_MET * 3,
        *("handover", "handover", "referral", "referral", "arrival", "arrival", "worker_change", "segment_change"),
    ),
    "triggers": (
        *_MET * 3,
        *("change_report", "concern_voiced", "crisis", "job_end", "contact_request", "measure_end", "outbound_message"),
        *("segment_change", "segment_change", "worker_change", "casework", "profiling", "third_party_contact"),
    ),
}
# All days of all logs lie between these two: what the laws' world says the log was watched.
WATCHED = _days(-1, max(WIDE_DAYS) + 1)


def _event(chance: random.Random, theme: str, days: Sequence[int]) -> dict[str, Any]:
    day = FIRST_DAY + timedelta(days=chance.choice(days))
    event = {name: chance.choice(values or THEMES[theme]) for name, values in VALUES.items()}
    return {**event, "local_date": day, "timestamp": datetime.combine(day, time(chance.choice(HOURS)))}


def numbered(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events with an id of their own and their number in the case (tables.md: time, lifecycle with start first, id)."""
    named = [{**event, "event_id": f"e{number:02d}"} for number, event in enumerate(events)]
    ordered = sorted(named, key=lambda e: (e["timestamp"], e["lifecycle"] != "start", e["event_id"]))
    counts: dict[str, int] = {}
    for event in ordered:
        counts[event["case_id"]] = event["event_no"] = counts.get(event["case_id"], 0) + 1
    return ordered


class Told(list[dict[str, Any]]):
    """Events that are shown by how they were made: a law that breaks then says it in a line, not on ten pages."""

    def __init__(self, events: Iterable[dict[str, Any]], how: str) -> None:
        super().__init__(events)
        self.how = how

    def __repr__(self) -> str:
        return self.how


def made_up(seed: int, theme: str, length: int) -> Told:
    """The log that chance makes of a seed: ``length`` events, mostly about ``theme``."""
    chance = random.Random(seed)  # noqa: S311 - makes up logs, keeps no secret
    days = chance.choice((DAYS, WIDE_DAYS))
    cases = {
        case: {name: chance.choice(values) for name, values in CONSTANT.items()}
        for case in sorted(set(VALUES["case_id"]))
    }
    events = [_event(chance, theme, days) for _ in range(length)]
    log = numbered([{**event, **cases[event["case_id"]]} for event in events])
    return Told(log, f"made_up({seed}, {theme!r}, {length})")


def gathered(many: Iterable[Sequence[Event]]) -> Told:
    """Logs under case ids of their own, as one log."""
    parts = list(many)
    events = [
        {**event, "case_id": f"{number}{event['case_id']}", "event_id": f"{number}{event['event_id']}"}
        for number, log in enumerate(parts)
        for event in log
    ]
    return Told(events, f"gathered({parts!r})")


def logs(most: int = 30) -> st.SearchStrategy[Told]:
    """Whole logs of up to ``most`` events. Chance makes the events, so that what is rare comes as often as it should;
    Hypothesis draws the seed and makes a log that breaks a law as short as it can."""
    length = st.integers(0, most - 1).map(lambda short: most - short)
    return st.builds(made_up, st.integers(0, 2**32 - 1), st.sampled_from(sorted(THEMES)), length)


def crowds(most: int = 12) -> st.SearchStrategy[Told]:
    """Up to ``most`` logs as one: a law over rows then looks at all of them for the price of one answer. The law that
    a case is measured alone is what allows it."""
    return st.lists(logs(), min_size=1, max_size=most).map(gathered)


# Names that readers like to spoil: numbers, emptiness, formulas, blanks, marks, two ways of writing one letter.
SPOILED = (
    *("NA", "nan", "null", "None", "007", "7", "1e5", "1.0", "TRUE", "9007199254740993", " A", "A ", "=1+1", "<b>"),
    *(
        "A\u0308",
        "Ä",
        "a&amp;b",
        "'",
        '"',
        "a;b,c|d\t\\",
        "_x0041_",
        "#N/A",
        "2025-03-24",
        "\u200bA",
        "😀",
        "-",
        "\ufeffA",
    ),
)
# Any text XML can hold (XML 1.0, 2.2), so that every format can.
ANY = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=12
)


@st.composite
def named_logs(draw: st.DrawFn, most: int = 30) -> list[dict[str, Any]]:
    """Logs whose cases, workers and event ids bear any names; distinct ones stay distinct."""
    events = draw(logs(most))
    for column in ("case_id", "worker", "event_id"):
        known = sorted({event[column] for event in events} - {None})
        name = st.one_of(st.sampled_from(SPOILED), ANY).filter(lambda name: name != "unknown")
        names = draw(st.lists(name, min_size=len(known), max_size=len(known), unique=True))
        given = dict(zip(known, names, strict=True))
        events = [{**event, column: given.get(event[column])} for event in events]
    return events


# What can be wrong with a row: what takes the place of case, activity, time and a further field.
BROKEN: Mapping[str, Sequence[str]] = {
    "no case": ("", "call", "2025-03-24T08:00:00", "w1"),
    "unknown case": ("unknown", "call", "2025-03-24T08:00:00", "w1"),
    "no activity": ("c1", "", "2025-03-24T08:00:00", "w1"),
    "no time": ("c1", "call", "", "w1"),
    "no day": ("c1", "call", "2025-02-30", "w1"),
    "no clock showed it": ("c1", "call", "2025-03-30T02:30:00", "w1"),
    "twice on the clock": ("c1", "call", "2025-10-26T02:30:00", "w1"),
    "for ever": ("c1", "call", "9999-12-31", "w1"),
    "text": ("c1", "call", "kein Datum", "w1"),
    "short": ("c1", "call", "2025-03-24"),
    "long": ("c1", "call", "2025-03-24", "w1", "w2"),
    "stray": ("c1", 'ca"ll', "2025-03-24", "w1"),
    "blank": (),
}
STRUCTURAL = ("short", "long", "stray", "blank")
GOOD = (
    ("c1", "call", "2025-03-24T08:00:00", "w1"),
    ("c2", "Prüfung", "24.03.2025 08:00", ""),
    ("007", "call", "2025-03-24", "NA"),
    ("c1", "call", "2025-03-24T08:00:00+01:00", "unknown"),
)
HEADER = ("case_id", "activity", "timestamp", "worker")
Fields = Sequence[str]


@st.composite
def broken_rows(draw: st.DrawFn, faults: Sequence[str] = tuple(BROKEN)) -> list[tuple[Fields, bool]]:
    """Rows, each with whether it is broken; the last is good, because blank lines at a file's end are no rows."""
    chosen = draw(st.lists(st.sampled_from(["", "", *faults]), max_size=25))
    drawn = [(BROKEN[how], True) if how else (draw(st.sampled_from(GOOD)), False) for how in chosen]
    return [*drawn, (GOOD[0], False)]


@st.composite
def broken_csv(draw: st.DrawFn) -> tuple[bytes, str, int, int]:
    """A CSV of which some rows are broken on purpose: its bytes, delimiter, rows, broken rows."""
    rows = draw(broken_rows())
    end, codec = draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    sign = draw(st.sampled_from([",", ";", "\t"]))
    lines = [sign.join(fields) for fields in (HEADER, *(fields for fields, _ in rows))]
    text = end.join(lines) + draw(st.sampled_from(["", end, end * 3]))
    return text.encode(codec), sign, len(rows), sum(broken for _, broken in rows)
