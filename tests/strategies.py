"""Made-up logs for the laws: few cases, few days, few workers, so that ties, gaps and shared ids happen often."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

FIRST_DAY = date(2025, 3, 24)  # a week before the clocks change
Event = Mapping[str, Any]

# What a column may hold, as often as it stands here. Attended contacts in person are the most frequent, or hardly an
# event would be a contact and hardly a case would have the three that continuity asks for.
VALUES: Mapping[str, Sequence[Any]] = {
    "case_id": ("c1", "c1", "c2", "c3"),
    "activity": (
        *["first_interview", "followup_interview", "home_visit", "joint_meeting"] * 3,
        *("handover", "referral", "worker_change", "contact_request", "contact_request", "invitation_sent"),
        "something_of_their_own",
    ),
    "lifecycle": (None, None, "complete", "complete", "complete", "start"),
    "worker": (None, *["w1"] * 3, *["w2"] * 2, "w3"),
    "role": (None, *["placement"] * 5, "benefits", "measure_provider"),
    "office": (*["o1"] * 5, "o2"),
    "appointment_id": (None, "t1", "t2", "t3"),
    "initiator": (None, "client", "household_member", "caseworker", "caseworker"),
    "outcome": (None, *["attended"] * 9, "no_show", "cancelled_client", "cancelled_office", "rescheduled_client"),
    "channel": (None, *["in_person"] * 3, "phone", "mail"),
    "location": (None, "office", "client_home", "social_space", "remote"),
    "visit_purpose": (None, "support", "control"),
    "participants": (None, "placement|partner", "benefits|placement|client", "measure_provider|benefits", "client"),
    "handover_type": (None, None, "warm", "file_only", "accompanied"),
    "to_role": (None, "benefits", "placement"),
    "to_org": (None, "Beratungsstelle"),
    "setting_mode": (None, "office_set", "client_booked"),
    "segment": (None, "s1", "s2"),
    "planned_date": (None, FIRST_DAY, FIRST_DAY + timedelta(days=3)),
    "requested_date": (None, FIRST_DAY + timedelta(days=1)),
    "household_size": (None, 1, 2),
}
DAYS = (0, 0, 1, 2, 7, 14, 15, 16, 30)
HOURS = (8, 9)


def _event(chance: random.Random) -> dict[str, Any]:
    day = FIRST_DAY + timedelta(days=chance.choice(DAYS))
    event = {name: chance.choice(values) for name, values in VALUES.items()}
    return {**event, "local_date": day, "timestamp": datetime.combine(day, time(chance.choice(HOURS)))}


def numbered(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events with an id of their own and their number in the case (tables.md: time, lifecycle with start first, id)."""
    named = [{**event, "event_id": f"e{number:02d}"} for number, event in enumerate(events)]
    ordered = sorted(named, key=lambda e: (e["timestamp"], e["lifecycle"] != "start", e["event_id"]))
    counts: dict[str, int] = {}
    for event in ordered:
        counts[event["case_id"]] = event["event_no"] = counts.get(event["case_id"], 0) + 1
    return ordered


@st.composite
def logs(draw: st.DrawFn, most: int = 30) -> list[dict[str, Any]]:
    """Whole logs of up to ``most`` events. Chance makes the events, so that what is rare comes as often as it should;
    Hypothesis draws the seed and makes a log that breaks a law as short as it can."""
    chance = random.Random(draw(st.integers(0, 2**32 - 1)))  # noqa: S311 - makes up logs, keeps no secret
    length = most - draw(st.integers(0, most - 1))
    return numbered([_event(chance) for _ in range(length)])
