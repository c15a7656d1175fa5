"""What is written down about appointments and contacts: requests, invitations, messages, conversations, no-shows."""

from __future__ import annotations

import numpy as np

from procmine.simulate.draw import Array, Bools, chance, codes
from procmine.simulate.life import Meetings, Persons, World, benefits_workers
from procmine.simulate.sheet import ACTION_FORMS, OF_APPOINTMENT, Sheet, form
from procmine.simulate.transfers import Hosts, role_of

_TOPICS = {
    "work": 0.34, "training": 0.13, "benefit": 0.12, "health": 0.11, "family": 0.06, "childcare": 0.06,
    "language": 0.06, "housing": 0.05, "debt": 0.04, "addiction": 0.02, "legal": 0.01,
}  # fmt: skip
_PRACTICAL = ("instruction", "accompaniment", "assistance", "acting_on_behalf", "counselling|assistance")
_TALK = ("counselling", "counselling|information", "information", "administrative")


def tell_meetings(
    world: World, persons: Persons, meetings: Meetings, hosts: Hosts, sheet: Sheet, forms: np.random.Generator
) -> tuple[Array, Array]:
    """Adds every event of every meeting; ``forms`` decides what the appointment's record keeps. Returns the reductions
    of benefits that followed: case and day of each."""
    record = _record(world, meetings, forms)
    _tell_requests(world, persons, meetings, record, sheet)
    _tell_invitations(world, persons, meetings, record, sheet)
    _tell_messages(world, persons, meetings, record, sheet)
    reductions = _tell_missed(world, persons, meetings, record, sheet)
    _tell_contacts(world, persons, meetings, hosts, record, sheet)
    return reductions


def _record(world: World, m: Meetings, forms: np.random.Generator) -> dict[str, Array]:
    """What belongs to an appointment as a whole, as the office's form keeps it."""
    i, rng, code, size = world.office.initiative, world.rng, world.codes, len(m.case)
    by_client = np.where(
        chance(rng, size, i.household_member), code["initiator"]["household_member"], code["initiator"]["client"]
    )
    by_office = codes(rng, {"caseworker": 0.86, "system_calendar": 0.14}, code["initiator"], size)
    mode = code["setting_mode"]
    u = rng.random(size)
    confirmed = u < i.confirmed / max(1.0 - i.jointly_agreed, 1e-9)
    set_by_office = np.where(confirmed, mode["office_set_confirmed"], mode["office_set"])
    set_by_client = np.where(u < i.self_booked, mode["client_booked"], mode["jointly_agreed"])
    alone = ~m.agreed
    routine = chance(rng, size, i.without_occasion)
    reason = codes(rng, {"client_concern": 0.6, "life_event": 0.2, "benefit": 0.2}, code["occasion"], size)
    purpose = codes(
        rng,
        {"plan": 0.35, "job_offer": 0.25, "measure": 0.15, "legal_requirement": 0.15, "agreed_follow_up": 0.10},
        code["occasion"],
        size,
    )
    no_reason = codes(rng, {"routine_interval": 0.7, "none_stated": 0.3}, code["occasion"], size)
    agreed_on = np.full(size, code["occasion"]["agreed_follow_up"], dtype=np.int8)
    notice = np.where(chance(rng, size, i.full_notice), code["legal_notice"]["full"], code["legal_notice"]["hint"])
    full = {
        "initiator": np.where(m.client, by_client, by_office),
        "setting_mode": np.where(m.client, set_by_client, np.where(m.agreed, mode["jointly_agreed"], set_by_office)),
        "occasion": np.where(m.client, reason, np.where(m.agreed, agreed_on, np.where(routine, no_reason, purpose))),
        "legal_notice": np.where(alone, notice, code["legal_notice"]["none"]),
    }
    recording = world.office.recording
    kept = {name: form(name, values.astype(np.int8), recording, code, forms) for name, values in full.items()}
    kept["appointment_id"] = np.where(m.scheduled, np.arange(size, dtype=np.int32), np.int32(-1))
    kept["with_notice"] = alone & (full["legal_notice"] == code["legal_notice"]["full"])
    return kept


def _of(record: dict[str, Array], chosen: Array, *names: str) -> dict[str, Array]:
    return {name: record[name][chosen] for name in ("appointment_id", *names)}


def _before(world: World, persons: Persons, m: Meetings, chosen: Array, least: int, most: int) -> Array:
    """A working day before the meeting, not before the case began."""
    lead = world.rng.integers(least, most, len(chosen))
    day: Array = np.maximum(m.day[chosen] - lead, persons.start[m.case[chosen]])
    return day


def _slot(world: World, m: Meetings, chosen: Array) -> Array:
    return world.calendar.at(m.day[chosen], m.minute[chosen])


def _some_minute(world: World, size: int) -> Array:
    return world.rng.integers(485, 1060, size)


def _tell_requests(world: World, persons: Persons, m: Meetings, record: dict[str, Array], sheet: Sheet) -> None:
    rng, code = world.rng, world.codes
    chosen = np.flatnonzero(m.scheduled & m.client)
    when = world.calendar.at(_before(world, persons, m, chosen, 4, 11), _some_minute(world, len(chosen)))
    channel = codes(rng, {"phone": 0.45, "portal": 0.3, "mail": 0.15, "in_person": 0.1}, code["channel"], len(chosen))
    routes = {"direct": 0.4, "service_centre": 0.35, "front_desk": 0.1, "portal_pool": 0.15}
    sheet.add(
        "contact_request",
        m.case[chosen],
        when,
        role="client",
        channel=channel,
        access_route=codes(rng, routes, code["access_route"], len(chosen)),
        requested_at=when,
        to_role=_named(world, role_of(world, persons, m.case[chosen])),
        planned_at=_slot(world, m, chosen),
        source_system="Terminverwaltung",
        **_of(record, chosen, *OF_APPOINTMENT),
    )
    voiced = chosen[chance(rng, len(chosen), 0.25)]
    sheet.add(
        "concern_voiced",
        m.case[voiced],
        world.calendar.at(_before(world, persons, m, voiced, 5, 14), _some_minute(world, len(voiced))),
        role="client",
        topic=codes(rng, _TOPICS, code["topic"], len(voiced)),
    )
    unmet = np.flatnonzero(chance(rng, persons.size, world.office.initiative.unmet_requests))
    room = persons.end[unmet] - persons.start[unmet]
    day = persons.start[unmet] + (rng.random(len(unmet)) * room).astype(np.int64)
    asked = world.calendar.at(day, _some_minute(world, len(unmet)))
    sheet.add(
        "contact_request",
        unmet,
        asked,
        role="client",
        initiator="client",
        channel="phone",
        access_route=codes(rng, routes, code["access_route"], len(unmet)),
        requested_at=asked,
        to_role=_named(world, role_of(world, persons, unmet)),
        source_system="Terminverwaltung",
    )


def _named(world: World, role: Array) -> Array:
    """Whom a request asks for: the role that looks after the case, or (empty) nobody in particular."""
    return np.where(chance(world.side, len(role), world.office.initiative.request_names_role), role, np.int8(-1))


def _tell_invitations(world: World, persons: Persons, m: Meetings, record: dict[str, Array], sheet: Sheet) -> None:
    rng = world.rng
    confirmation = chance(rng, len(m.case), 0.5)
    chosen = np.flatnonzero(m.scheduled & ~m.client & (~m.agreed | confirmation))
    first_slot = m.day[chosen] - np.where(m.rescheduled[chosen], 2, 0)
    automatic = chance(rng, len(chosen), 0.1)
    sheet.add(
        "invitation_sent",
        m.case[chosen],
        world.calendar.at(_before(world, persons, m, chosen, 4, 15), _some_minute(world, len(chosen))),
        role=np.where(automatic, world.codes["role"]["system"], role_of(world, persons, m.case[chosen])),
        worker=np.where(automatic, -1, m.responsible[chosen]),
        channel="letter",
        planned_at=world.calendar.at(first_slot, m.minute[chosen]),
        source_system="Terminverwaltung",
        **_of(record, chosen, *OF_APPOINTMENT),
    )


def _tell_messages(world: World, persons: Persons, m: Meetings, record: dict[str, Array], sheet: Sheet) -> None:
    """Moved and cancelled appointments. A move is written two or three days before the day it leads to, a cancellation
    one day before it, so that the last word on an appointment is its final outcome."""
    rng, outcome = world.rng, world.codes["outcome"]
    moved = np.flatnonzero(m.scheduled & m.rescheduled)
    by_client = chance(rng, len(moved), 0.6)
    for activity, side, word in (
        ("inbound_message", by_client, "rescheduled_client"),
        ("outbound_message", ~by_client, "rescheduled_office"),
    ):
        chosen = moved[side]
        sheet.add(
            activity,
            m.case[chosen],
            world.calendar.at(_before(world, persons, m, chosen, 2, 4), _some_minute(world, len(chosen))),
            role=world.codes["role"]["client"] if side is by_client else role_of(world, persons, m.case[chosen]),
            worker=-1 if side is by_client else m.responsible[chosen],
            channel="phone",
            access_route=_route(world, len(chosen)) if side is by_client else -1,
            outcome=outcome[word],
            planned_at=_slot(world, m, chosen),
            source_system="Terminverwaltung",
            **_of(record, chosen, *OF_APPOINTMENT),
        )
    for activity, word in (("inbound_message", "cancelled_client"), ("outbound_message", "cancelled_office")):
        chosen = np.flatnonzero(m.scheduled & (m.outcome == outcome[word]))
        own = activity == "outbound_message"
        sheet.add(
            activity,
            m.case[chosen],
            world.calendar.at(_before(world, persons, m, chosen, 1, 2), _some_minute(world, len(chosen))),
            role=role_of(world, persons, m.case[chosen]) if own else world.codes["role"]["client"],
            worker=m.responsible[chosen] if own else -1,
            channel="phone",
            access_route=-1 if own else _route(world, len(chosen)),
            outcome=word,
            planned_at=_slot(world, m, chosen),
            source_system="Terminverwaltung",
            **_of(record, chosen, *OF_APPOINTMENT),
        )


def aims(world: World, size: int) -> Array:
    """What acts aim at: the person, the conditions the person lives in, or both."""
    around = world.office.steps.conditions
    weights = {"person": 1 - around, "conditions": around * 10 / 19, "both": around * 9 / 19}
    return codes(world.rng, weights, world.codes["target"], size)


def _route(world: World, size: int) -> Array:
    """Which way calls to the integration side come in."""
    direct = world.office.contacts.direct
    routes = {"direct": direct, "service_centre": (1 - direct) * 0.8, "front_desk": (1 - direct) * 0.2}
    return codes(world.side, routes, world.codes["access_route"], size)


def _tell_missed(
    world: World, persons: Persons, m: Meetings, record: dict[str, Array], sheet: Sheet
) -> tuple[Array, Array]:
    """Missed appointments and what follows those with legal notice: hearing, then a reduction (§ 32 SGB II)."""
    rng = world.rng
    missed = np.flatnonzero(m.outcome == world.codes["outcome"]["no_show"])
    sheet.add(
        "missed_appointment",
        m.case[missed],
        _slot(world, m, missed) + 20,
        role=role_of(world, persons, m.case[missed]),
        worker=m.responsible[missed],
        outcome="no_show",
        planned_at=_slot(world, m, missed),
        source_system="Terminverwaltung",
        **_of(record, missed, *OF_APPOINTMENT),
    )
    heard = missed[record["with_notice"][missed] & chance(rng, len(missed), 0.75)]
    day = m.day[heard] + rng.integers(2, 8, len(heard))
    inside = day <= persons.end[m.case[heard]]
    heard, day = heard[inside], day[inside]
    case = m.case[heard]
    sheet.add(
        "hearing",
        case,
        world.calendar.at(day, _some_minute(world, len(heard))),
        role=role_of(world, persons, case),
        worker=m.responsible[heard],
        channel="letter",
        sanction_type="missed_appointment",
        source_system="Vermittlung",
    )
    day = day + rng.integers(11, 22, len(heard))
    reduced = chance(rng, len(heard), world.office.steps.reduction) & (day <= persons.end[case])
    sheet.add(
        "reduction",
        case[reduced],
        world.calendar.at(day[reduced], _some_minute(world, int(reduced.sum()))),
        role="benefits",
        worker=benefits_workers(world, persons, case[reduced]),
        sanction_type="missed_appointment",
        sanction_pct=10,
        source_system="Leistung",
    )
    return case[reduced], day[reduced]


def places(world: World, m: Meetings, persons: Persons, chosen: Array) -> tuple[Array, Array, Bools]:
    """Location and visit purpose of contacts, and which are remote; unscheduled ones have the place of their kind."""
    p, c, rng, code, size = world.office.place, world.office.contacts, world.rng, world.codes, len(chosen)
    scheduled = m.scheduled[chosen]
    u = rng.random(size)
    walk_in, open_hours = ~scheduled & (u < c.walk_in), ~scheduled & (u >= c.walk_in) & (u < c.walk_in + c.open_hours)
    remote = np.where(scheduled, u < c.remote, ~(walk_in | open_hours))
    outside = scheduled & ~remote & chance(rng, size, persons.outside[m.case[chosen]].astype(np.float32))
    sites = {
        name: getattr(p, name) for name in ("client_home", "social_space", "partner_site", "employer", "public_place")
    }
    site = codes(rng, sites, code["location"], size)
    location = np.where(outside, site, code["location"]["office"])
    location = np.where(open_hours, code["location"]["social_space"], location)
    location = np.where(remote, code["location"]["remote"], location).astype(np.int8)
    at_home = outside & (site == code["location"]["client_home"])
    weights = {"control": p.control, "restore_contact": p.restore_contact, "support": 1 - p.control - p.restore_contact}
    visit = codes(rng, weights, code["visit_purpose"], size)
    purpose = np.where(outside | open_hours, np.int8(code["visit_purpose"]["support"]), np.int8(-1))
    return location, np.where(at_home, visit, purpose).astype(np.int8), remote.astype(np.bool_)


def _tell_contacts(
    world: World, persons: Persons, m: Meetings, hosts: Hosts, record: dict[str, Array], sheet: Sheet
) -> None:
    chosen = np.flatnonzero(m.attended)
    rng, code, steps, size = world.rng, world.codes, world.office.steps, len(chosen)
    case, scheduled = m.case[chosen], m.scheduled[chosen]
    location, purpose, remote = places(world, m, persons, chosen)
    outside = ~remote & (location != code["location"]["office"])
    receiver, benefits = hosts.receiver[chosen], hosts.benefits[chosen]
    joint = (receiver > 0) | benefits | hosts.colleague[chosen]
    accompanied = joint & outside & hosts.accompanied[chosen]
    first = _first_interviews(case, scheduled & ~persons.stock[case])
    by_place = {"home": location == code["location"]["client_home"], "remote": remote, "outside": outside}
    kind = _kinds(world, first, scheduled, by_place, joint, accompanied)
    group = kind == code["activity"]["group_session"]
    household = (kind == code["activity"]["household_meeting"]) | chance(rng, size, 0.05)
    role = persons.segment[case].astype(np.int16)
    people = ((role * 4 + receiver) * 2 + benefits) * 2 + household
    practical = chance(rng, size, np.where(outside, 2.0, 1.0) * steps.practical)
    # Who goes along does something: a talk on the way is a joint meeting elsewhere.
    kind = np.where(accompanied & ~practical & ~first, np.int8(code["activity"]["joint_meeting"]), kind)
    forms = np.array([ACTION_FORMS.index(word) for word in (*_PRACTICAL, *_TALK)], dtype=np.int8)
    drawn = np.where(
        practical, rng.integers(0, len(_PRACTICAL), size), len(_PRACTICAL) + rng.integers(0, len(_TALK), size)
    )
    joint_step: float | Array = steps.joint_decision
    if steps.first_joint_more > 0.0:
        joint_step = joint_step + steps.first_joint_more * (m.contact_number[chosen] == 1)
    decision = np.where(
        chance(rng, size, joint_step),
        code["decision_mode"]["joint"],
        codes(rng, {"client_choice": 0.2, "office_unilateral": 0.6, "rule": 0.2}, code["decision_mode"], size),
    )
    timestamp = _slot(world, m, chosen)
    late = rng.integers(5, 60, size) + 1440 * (chance(rng, size, 0.1) * rng.integers(1, 4, size))
    by_phone = remote & chance(rng, size, 0.8)
    columns: dict[str, Array] = {
        "role": role_of(world, persons, case),
        "worker": m.worker[chosen],
        "location": location,
        "visit_purpose": purpose,
        "channel": np.where(
            by_phone, code["channel"]["phone"], np.where(remote, code["channel"]["video"], code["channel"]["in_person"])
        ),
        "access_route": np.where(by_phone, _route(world, size), np.int8(-1)),
        "participants": people.astype(np.int8),
        "members_present": 1 + household.astype(np.int16),
        "format": np.where(
            group,
            code["format"]["group"],
            np.where(household, code["format"]["household"], code["format"]["individual"]),
        ),
        "action_form": forms[drawn],
        "topic": codes(rng, _TOPICS, code["topic"], size),
        "target": aims(world, size),
        "decision_mode": decision,
        "prescribed_interval_days": persons.interval[case],
        "segment": persons.segment[case],
        "duration_min": (np.where(first, 50, np.where(remote, 12, 30)) + rng.integers(-6, 16, size)).astype(np.int16),
        "recorded_at": timestamp + late,
        "initiator": np.where(scheduled, record["initiator"][chosen], _caller(world, size)),
        "setting_mode": np.where(scheduled, record["setting_mode"][chosen], _mode(world, remote, outside)),
        "occasion": np.where(scheduled, record["occasion"][chosen], np.int8(-1)),
        "legal_notice": np.where(scheduled, record["legal_notice"][chosen], np.int8(-1)),
        "appointment_id": record["appointment_id"][chosen],
        "outcome": np.where(scheduled, code["outcome"]["attended"], -1),
        "planned_at": np.where(scheduled, timestamp, -1),
    }
    sheet.add(kind, case, timestamp, source_system="Vermittlung", **columns)


def _kinds(
    world: World, first: Bools, scheduled: Bools, place: dict[str, Bools], joint: Bools, accompanied: Bools
) -> Array:
    """The activity each contact is written down as."""
    code, c, size = world.codes["activity"], world.office.contacts, len(first)
    talk = {
        "followup_interview": 1 - c.household_meetings - c.group_sessions,
        "household_meeting": c.household_meetings,
        "group_session": c.group_sessions,
    }
    kind = codes(world.rng, talk, code, size)
    kind[place["remote"]] = code["followup_interview"]
    kind[place["home"]] = code["home_visit"]
    kind[~scheduled & place["remote"]] = code["short_contact"]
    kind[~scheduled & place["outside"]] = code["open_hours"]
    kind[~scheduled & ~place["remote"] & ~place["outside"]] = code["walk_in"]
    kind[joint] = code["joint_meeting"]
    kind[accompanied] = code["accompaniment"]
    kind[first] = code["first_interview"]
    return kind


def _first_interviews(case: Array, candidate: Bools) -> Bools:
    """The first candidate of each case; contacts stand in order."""
    rows = np.flatnonzero(candidate)
    opening = np.ones(len(rows), dtype=np.bool_)
    opening[1:] = case[rows][1:] != case[rows][:-1]
    first = np.zeros(len(case), dtype=np.bool_)
    first[rows[opening]] = True
    return first


def _caller(world: World, size: int) -> Array:
    """Who began a contact that no appointment preceded."""
    return codes(
        world.rng, {"client": 0.85, "household_member": 0.05, "caseworker": 0.10}, world.codes["initiator"], size
    )


def _mode(world: World, remote: Bools, outside: Bools) -> Array:
    mode = world.codes["setting_mode"]
    return np.where(remote, -1, np.where(outside, mode["open_hours"], mode["walk_in"]))
