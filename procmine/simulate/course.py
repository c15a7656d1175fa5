"""The rest of a case's course: application, notices, benefits contacts, plan, measures, other work, exit."""

from __future__ import annotations

import numpy as np

from procmine.simulate.draw import Array, chance, codes, count_law, counts, within
from procmine.simulate.life import SEGMENTS, Changes, Meetings, Persons, World, benefits_workers
from procmine.simulate.office import Office
from procmine.simulate.sheet import ACTION_FORMS, WITH_BENEFITS, Sheet
from procmine.simulate.transfers import role_of
from procmine.simulate.visits import aims

# How often an assignment is followed by the start of the measure.
_BEGINS_VOLUNTARY, _BEGINS_ASSIGNED = 0.92, 0.78
_PAUSE = 115  # working days, about half a year: benefits are granted for six or twelve months (§ 41 (3) SGB II)


def tell_course(world: World, persons: Persons, meetings: Meetings, changes: Changes, sheet: Sheet) -> None:
    """Adds everything that is neither a meeting with the integration side nor a transfer."""
    _tell_benefit(world, persons, sheet)
    _tell_benefits_contacts(world, persons, sheet)
    _tell_plan(world, persons, meetings, sheet)
    _tell_measures(world, persons, meetings, sheet)
    _tell_issues(world, persons, meetings, sheet)
    _tell_work(world, persons, sheet)
    _tell_segments(world, persons, changes, sheet)
    left = np.flatnonzero(persons.closed)
    sheet.add(
        "exit",
        left,
        world.calendar.at(persons.end[left], 1070),
        role="benefits",
        worker=benefits_workers(world, persons, left),
        source_system="Leistung",
    )


def freely_begun(office: Office) -> float:
    """The share of what is begun (a measure, special support) that the person chose or both sides decided on."""
    v = office.steps.voluntary
    chosen = v * _BEGINS_VOLUNTARY
    return chosen / max(chosen + (1 - v) * _BEGINS_ASSIGNED, 1e-9)


def _minute(world: World, size: int) -> Array:
    return world.rng.integers(485, 1020, size)


def _at(world: World, day: Array) -> Array:
    return world.calendar.at(day, _minute(world, len(day)))


def _tell_benefit(world: World, persons: Persons, sheet: Sheet) -> None:
    """Application and renewals with their notices, changes, objections."""
    rng, code = world.rng, world.codes
    new = np.flatnonzero(~persons.stock)
    sheet.add(
        "application",
        new,
        world.calendar.at(persons.start[new], rng.integers(481, 540, len(new))),
        role="client",
        channel=codes(rng, {"portal": 0.5, "in_person": 0.3, "letter": 0.2}, code["channel"], len(new)),
        benefit_state="pending",
        source_system="Leistung",
    )
    _tell_notice(world, persons, new, persons.start[new], sheet)
    times = np.maximum((persons.end - persons.start - 20) // _PAUSE, 0)
    case, number = within(times.astype(np.int64))
    day = persons.start[case] + (number + 1) * _PAUSE + rng.integers(-12, 8, len(case))
    sheet.add(
        "renewal_application", case, _at(world, day), role="client", benefit_state="pending", source_system="Leistung"
    )
    _tell_notice(world, persons, case, day, sheet)
    told = np.flatnonzero(chance(rng, persons.size, 0.35))
    day = _inside(world, persons, told)
    sheet.add("change_report", told, _at(world, day), role="client", channel="portal", source_system="Leistung")
    day = day + rng.integers(3, 15, len(told))
    inside = day <= persons.end[told]
    sheet.add(
        "benefit_change",
        told[inside],
        _at(world, day[inside]),
        role="benefits",
        worker=benefits_workers(world, persons, told[inside]),
        benefit_state="settled",
        source_system="Leistung",
    )


def _inside(world: World, persons: Persons, case: Array) -> Array:
    """Some working day of each of these cases."""
    length = persons.end[case] - persons.start[case]
    day: Array = persons.start[case] + (world.rng.random(len(case)) * length).astype(np.int64)
    return day


def _tell_notice(world: World, persons: Persons, case: Array, since: Array, sheet: Sheet) -> None:
    day = since + world.rng.integers(5, 26, len(case))
    inside = day <= persons.end[case]
    case, day = case[inside], day[inside]
    sheet.add(
        "benefit_notice",
        case,
        _at(world, day),
        role="benefits",
        worker=benefits_workers(world, persons, case),
        channel="letter",
        benefit_state="settled",
        source_system="Leistung",
    )
    day = day + world.rng.integers(3, 20, len(case))
    against = chance(world.rng, len(case), world.office.steps.objection) & (day <= persons.end[case])
    sheet.add(
        "objection",
        case[against],
        _at(world, day[against]),
        role="client",
        benefit_state="disputed",
        source_system="Leistung",
    )


def _tell_benefits_contacts(world: World, persons: Persons, sheet: Sheet) -> None:
    """Contacts with the benefits side, on days of their own within the case, without appointment."""
    rng, code, plan = world.rng, world.codes, world.office.contacts
    number = counts(rng, count_law(plan.benefits), persons.size)
    room = persons.end - persons.start
    number = np.minimum(number, room)
    case, _ = within(number.astype(np.int64))
    size = len(case)
    # Distinct days: exponential gaps, scaled to the room that is left when every gap has taken one day.
    gap = rng.standard_exponential(size)
    run = np.cumsum(gap)
    before = np.concatenate(([0.0], run))[np.concatenate(([0], np.cumsum(number)[:-1])).astype(np.int64)]
    whole = np.bincount(case, weights=gap, minlength=persons.size) + rng.standard_exponential(persons.size)
    _, place = within(number.astype(np.int64))
    free = (room - number)[case]
    day = persons.start[case] + 1 + place + np.floor((run - before[case]) / whole[case] * free).astype(np.int64)
    remote = chance(rng, size, plan.benefits_remote)
    timestamp = _at(world, day)
    sheet.add(
        np.where(remote, code["activity"]["short_contact"], code["activity"]["walk_in"]),
        case,
        timestamp,
        role="benefits",
        worker=benefits_workers(world, persons, case),
        initiator=codes(rng, {"client": 0.85, "benefits": 0.15}, code["initiator"], size),
        setting_mode=np.where(remote, -1, code["setting_mode"]["walk_in"]),
        location=np.where(remote, code["location"]["remote"], code["location"]["office"]),
        channel=np.where(remote, code["channel"]["phone"], code["channel"]["in_person"]),
        access_route=codes(rng, {"direct": 0.3, "service_centre": 0.7}, code["access_route"], size),
        participants=np.full(size, WITH_BENEFITS, dtype=np.int8),
        topic="benefit",
        format="individual",
        action_form=np.where(
            chance(world.side, size, plan.benefits_counselling),
            np.int8(ACTION_FORMS.index("counselling")),
            np.int8(ACTION_FORMS.index("administrative")),
        ),
        duration_min=rng.integers(4, 25, size),
        recorded_at=timestamp + rng.integers(2, 40, size),
        source_system="Leistung",
    )


def _contacts(meetings: Meetings, number: int) -> Array:
    """The meetings that are their case's contact of this number."""
    return np.flatnonzero(meetings.attended & (meetings.contact_number == number))


def _tell_plan(world: World, persons: Persons, m: Meetings, sheet: Sheet) -> None:
    rng, code = world.rng, world.codes
    first = _contacts(m, 1)
    first = first[~persons.stock[m.case[first]] & chance(rng, len(first), 0.85)]
    _beside(world, persons, m, first, 30, "profiling", sheet)
    second = np.concatenate((first, _contacts(m, 2)))
    second = second[chance(rng, len(second), world.office.steps.cooperation_plan / 2)]
    joint = chance(rng, len(second), world.office.steps.joint_decision)
    mode = np.where(joint, code["decision_mode"]["joint"], code["decision_mode"]["office_unilateral"])
    _beside(world, persons, m, second, 40, "cooperation_plan", sheet, decision_mode=mode)
    proposed = np.flatnonzero(m.attended)
    proposed = proposed[chance(rng, len(proposed), world.office.steps.placement_proposal)]
    notice = codes(rng, {"full": 0.6, "none": 0.4}, code["legal_notice"], len(proposed))
    _beside(world, persons, m, proposed, 44, "placement_proposal", sheet, legal_notice=notice, topic="work")


def _beside(
    world: World,
    persons: Persons,
    m: Meetings,
    host: Array,
    later: int,
    activity: str,
    sheet: Sheet,
    **columns: Array | str,
) -> None:
    """An act written down some minutes into a contact, by the worker who had it."""
    when = world.calendar.at(m.day[host], m.minute[host] + later)
    role = role_of(world, persons, m.case[host])
    sheet.add(activity, m.case[host], when, role=role, worker=m.worker[host], source_system="Vermittlung", **columns)


def _tell_measures(world: World, persons: Persons, m: Meetings, sheet: Sheet) -> None:
    """Offer, assignment, start, end or dropout; an assignment against the person's choice bears legal notice."""
    rng, code, steps = world.rng, world.codes, world.office.steps
    host = np.concatenate((_contacts(m, 2), _contacts(m, 5)))
    host = host[chance(rng, len(host), steps.measure)]
    case, size = m.case[host], len(host)
    voluntary = chance(rng, size, steps.voluntary)
    wish = codes(rng, {"client_choice": 0.5, "joint": 0.5}, code["decision_mode"], size)
    mode = np.where(voluntary, wish, code["decision_mode"]["office_unilateral"])
    options = np.where(voluntary, rng.integers(2, 5, size), 1).astype(np.int16)
    # Referrals, at most two a case, have the numbers below.
    link = 2 * persons.size + np.arange(size, dtype=np.int32)
    _beside(
        world, persons, m, host, 47, "measure_offer", sheet, decision_mode=mode, options_offered=options, link_id=link
    )
    day = m.day[host] + rng.integers(2, 9, size)
    on = chance(rng, size, 0.85) & (day <= persons.end[case])
    case, day, voluntary, mode, host, link = case[on], day[on], voluntary[on], mode[on], host[on], link[on]
    sheet.add(
        "measure_assignment",
        case,
        _at(world, day),
        role=role_of(world, persons, case),
        worker=m.worker[host],
        decision_mode=mode,
        legal_notice=np.where(voluntary, code["legal_notice"]["none"], code["legal_notice"]["full"]),
        link_id=link,
        source_system="Vermittlung",
    )
    day = day + rng.integers(5, 20, len(day))
    on = chance(rng, len(day), np.where(voluntary, _BEGINS_VOLUNTARY, _BEGINS_ASSIGNED)) & (day <= persons.end[case])
    case, day, voluntary, mode, link = case[on], day[on], voluntary[on], mode[on], link[on]
    sheet.add("measure_start", case, _at(world, day), role="measure_provider", decision_mode=mode, link_id=link)
    gone = chance(rng, len(day), steps.dropout * np.where(voluntary, 0.7, 1.3))
    day = day + np.where(gone, rng.integers(3, 30, len(day)), rng.integers(40, 90, len(day)))
    for activity, chosen in (("measure_dropout", gone), ("measure_end", ~gone)):
        rows = chosen & (day <= persons.end[case])
        sheet.add(activity, case[rows], _at(world, day[rows]), role="measure_provider", link_id=link[rows])


def _tell_issues(world: World, persons: Persons, m: Meetings, sheet: Sheet) -> None:
    """Questions about benefits that come up with the integration side, and when the benefits side has settled them."""
    rng = world.rng
    host = np.flatnonzero(m.attended)
    host = host[chance(rng, len(host), world.office.steps.benefit_issue)]
    issue = np.arange(len(host), dtype=np.int32)
    _beside(world, persons, m, host, 35, "benefit_issue_raised", sheet, benefit_issue_id=issue, topic="benefit")
    at_once = chance(world.side, len(host), world.office.steps.resolved_at_once)
    day = m.day[host] + 1 + (rng.standard_exponential(len(host)) * 9).astype(np.int64)
    on = chance(rng, len(host), 0.85) & (day <= persons.end[m.case[host]])
    when, worker = _at(world, day[on]), benefits_workers(world, persons, m.case[host[on]])
    soon = world.calendar.at(m.day[host], m.minute[host] + 40 + world.side.integers(0, 15, len(host)))
    _tell_resolved(m.case[host[on]], np.where(at_once[on], soon[on], when), worker, issue[on], sheet)
    rest = host[at_once & ~on]
    worker = benefits_workers(world.beside, persons, m.case[rest])
    _tell_resolved(m.case[rest], soon[at_once & ~on], worker, issue[at_once & ~on], sheet.beside)


def _tell_resolved(case: Array, when: Array, worker: Array, issue: Array, sheet: Sheet) -> None:
    sheet.add(
        "benefit_issue_resolved",
        case,
        when,
        role="benefits",
        worker=worker,
        benefit_issue_id=issue,
        topic="benefit",
        source_system="Leistung",
    )


def _tell_work(world: World, persons: Persons, sheet: Sheet) -> None:
    """Work on the case without the person: own casework, talks with third parties and employers, crises."""
    rng, code = world.rng, world.codes
    case, _ = within(counts(rng, count_law(world.office.steps.other_work), persons.size).astype(np.int64))
    activity = codes(
        rng, {"casework": 0.5, "third_party_contact": 0.3, "employer_contact": 0.2}, code["activity"], len(case)
    )
    practical = chance(rng, len(case), world.office.steps.practical)
    sheet.add(
        activity,
        case,
        _at(world, _inside(world, persons, case)),
        role=role_of(world, persons, case),
        worker=persons.team[case] * world.office.continuity.team_size + persons.owner[case],
        action_form=np.where(
            practical, sheet.number("action_form", "acting_on_behalf"), sheet.number("action_form", "administrative")
        ),
        target=aims(world.beside, len(case)),
        duration_min=rng.integers(5, 45, len(case)),
        source_system="Vermittlung",
    )
    for activity_name, share in (("crisis", 0.05), ("job_end", 0.04)):
        some = np.flatnonzero(chance(rng, persons.size, share))
        sheet.add(activity_name, some, _at(world, _inside(world, persons, some)), role="client")


def _tell_segments(world: World, persons: Persons, changes: Changes, sheet: Sheet) -> None:
    """Changes of segment: those that make the worker change, and others."""
    rng = world.rng
    forced = np.flatnonzero(chance(rng, len(changes.case), 0.25))
    case = np.concatenate(
        (changes.case[forced], np.flatnonzero(chance(rng, persons.size, world.office.steps.segment_change)))
    )
    free = case[len(forced) :]
    day = np.concatenate((changes.day[forced], _inside(world, persons, free)))
    step = rng.integers(1, len(SEGMENTS), len(case))
    reasons = {"case": 0.6, "reorganisation": 0.25, "age": 0.15}
    sheet.add(
        "segment_change",
        case,
        world.calendar.at(day, 1015),
        role=role_of(world, persons, case),
        segment=((persons.segment[case] + step) % len(SEGMENTS)).astype(np.int8),
        change_reason=codes(rng, reasons, world.codes["change_reason"], len(case)),
        source_system="Vermittlung",
    )
