"""The planted truth of what is done in contacts and work: forms and aims of acts, open access, direct reach, minutes.

Acts are contacts with the integration side (appointments kept, unscheduled ones), with the benefits side, joint
meetings of special support, and work without the person. How many of each a case has is known: all of this adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from procmine.simulate.appointments_truth import BEGAN_UNSCHEDULED, BEGAN_WITH_BENEFITS
from procmine.simulate.draw import case_nodes, count_law
from procmine.simulate.office import Office
from procmine.simulate.truth_cells import (
    SELF,
    Cell,
    appointments,
    attended,
    benefits_contacts,
    joint_meetings,
    mean,
    seen_values,
    thinned,
    unplanted,
    unscheduled_contacts,
)

OPEN = frozenset({"walk_in", "open_hours"})
# What the simulation draws where no scenario says otherwise (visits.py, course.py, support.py).
_BY_PHONE = 0.8
_PAPERWORK = 0.25  # of what is not practical with the integration side
_DIRECT_WITH_BENEFITS = 0.3
_MOVED_BY_CLIENT = 0.6
_FIRST, _REMOTE, _USUAL, _BENEFITS, _WORK, _JOINT = 54.5, 16.5, 34.5, 14.0, 24.5, 45.0  # mean minutes


@dataclass(frozen=True, slots=True)
class _Acts:
    """How many acts of each sort a case has on average; ``out`` is the part of the kept ones outside the office."""

    kept: float
    out: float
    unscheduled: float
    open_hours: float
    walk_in: float
    calls: float
    benefits: float
    joint: float
    work: float

    @property
    def met(self) -> float:
        return self.kept + self.unscheduled

    @property
    def all(self) -> float:
        return self.met + self.benefits + self.joint + self.work


def _acts(office: Office) -> _Acts:
    c = office.contacts
    kept = mean(appointments(office)) * float(attended(office, office.initiative.self_initiated))
    unscheduled = unscheduled_contacts(office)
    return _Acts(
        kept=kept,
        out=kept * (1 - c.remote) * office.place.outside,
        unscheduled=unscheduled,
        open_hours=unscheduled * c.open_hours,
        walk_in=unscheduled * c.walk_in,
        calls=unscheduled * (1 - c.walk_in - c.open_hours),
        benefits=benefits_contacts(office),
        joint=joint_meetings(office),
        work=mean(count_law(office.steps.other_work)),
    )


def act_cells(office: Office) -> Iterator[Cell]:
    """Truths of action_forms, benefits_counselling, conditions_directed, open_access, direct_reach, own_casework,
    resolved_at_once."""
    acts, recording = _acts(office), office.recording
    told = 1 - recording.gap("action_form")
    inside, outside = _practical(office)
    practical = acts.met * inside + (acts.out + acts.open_hours) * (outside - inside) + acts.work * inside
    yield Cell("action_forms", (), acts.all, acts.all * told, practical * told, acts.all, practical)
    counselled = acts.benefits * office.contacts.benefits_counselling
    benefits = acts.benefits
    yield Cell("benefits_counselling", (), benefits, benefits * told, counselled * told, benefits, counselled)
    yield _conditions(office, acts)
    yield _open_access(office, acts)
    yield _direct(office, acts)
    yield _own_work(office, acts)
    issues = acts.met * office.steps.benefit_issue
    at_once = issues * office.steps.resolved_at_once
    yield Cell("resolved_at_once", (), issues, issues, at_once, issues, at_once)


def _practical(office: Office) -> tuple[float, float]:
    """The chance that an act is practical, in the office and outside."""
    return min(1.0, office.steps.practical), min(1.0, 2 * office.steps.practical)


def _conditions(office: Office, acts: _Acts) -> Cell:
    """Neither the benefits side nor providers note down what they aim at."""
    aimed, noted = office.steps.conditions, acts.met + acts.work
    known = hits = 0.0
    for true, share in (("conditions", aimed), ("person", 1 - aimed)):
        for seen, chance in seen_values(office, "target", true, recorded=True):
            known += noted * share * chance * (seen != "")
            hits += noted * share * chance * (seen in ("conditions", "both"))
    return Cell("conditions_directed", (), acts.all, known, hits, noted, noted * aimed)


def _open_access(office: Office, acts: _Acts) -> Cell:
    """Where no mode of setting is on record the activity may tell it, but not where a transfer made it a joint meeting:
    there is no closed form for an office with gaps in it."""
    if office.recording.gap("setting_mode") > 0.0:
        return unplanted("open_access")
    inside, outside = _practical(office)
    in_person = acts.benefits * (1 - office.contacts.benefits_remote)
    # Number, mode of setting, and the share of mere paperwork.
    sorts = (
        (acts.kept, "office_set", 0.0),
        (acts.joint, "jointly_agreed", 0.0),
        (acts.walk_in, "walk_in", (1 - inside) * _PAPERWORK),
        (acts.open_hours, "open_hours", (1 - outside) * _PAPERWORK),
        (in_person, "walk_in", 1 - office.contacts.benefits_counselling),
        (acts.calls + acts.benefits - in_person, "", 0.0),
    )
    totals = []
    for recorded in (True, False):
        told = 1 - office.recording.gap("action_form") if recorded else 1.0
        known = hits = 0.0
        for number, mode, paperwork in sorts:
            for seen, chance in seen_values(office, "setting_mode", mode, recorded=recorded):
                known += number * chance * (told if seen in OPEN else seen != "")
                hits += number * chance * told * (1 - paperwork) * (seen in OPEN)
        totals.append((known, hits))
    items = acts.met + acts.benefits + acts.joint
    return Cell("open_access", (), items, *totals[0], *totals[1])


def _direct(office: Office, acts: _Acts) -> Cell:
    """Calls that the person began, and messages by which appointments were moved or called off."""
    c, a, recording = office.contacts, office.attendance, office.recording
    s, number = office.initiative.self_initiated, mean(appointments(office))
    begun = number * s * float(attended(office, 1.0))
    phoned = 1 - recording.gap("channel")
    # Number of calls by phone, share begun by the person, share that went directly to the worker.
    sorts = (
        (acts.kept * c.remote * _BY_PHONE, begun / max(acts.kept, 1e-9), c.direct),
        (acts.calls * _BY_PHONE, BEGAN_UNSCHEDULED, c.direct),
        (acts.benefits * c.benefits_remote, BEGAN_WITH_BENEFITS, _DIRECT_WITH_BENEFITS),
    )
    moved = a.left_open + (1 - a.left_open) * a.rescheduled
    agreed = s + (1 - s) * office.initiative.jointly_agreed
    called_off = agreed * a.cancelled_agreed + (1 - agreed) * a.cancelled_office_set
    messages = number * (moved * _MOVED_BY_CLIENT + called_off * (1 - a.left_open - a.cancelled_by_office))
    items = practised = messages
    hits = really = messages * c.direct
    for calls, share, direct in sorts:
        seen = sum(
            part * chance
            for true, part in (("client", share), ("caseworker", 1 - share))
            for value, chance in seen_values(office, "initiator", true, recorded=True)
            if value in SELF
        )
        items, hits = items + calls * seen * phoned, hits + calls * seen * phoned * direct
        practised, really = practised + calls * share, really + calls * share * direct
    told = 1 - recording.gap("access_route")
    return Cell("direct_reach", (), items, items * told, hits * told, practised, really)


def _own_work(office: Office, acts: _Acts) -> Cell:
    """Minutes. Where durations have gaps a case counts only if half of its contacts have one: no closed form."""
    if office.recording.gap("duration_min") > 0.0:
        return unplanted("own_casework")
    i, c, gap = office.initiative, office.contacts, office.recording.gap("action_form")
    shares, weights = case_nodes(i.self_initiated, i.between_cases)
    none = [thinned(appointments(office), float(attended(office, float(share))), 1)[0] for share in shares]
    first = (1 - office.stock) * (1 - float(np.dot(weights, none)))
    remote = (acts.kept - first) * c.remote + acts.calls
    usual = acts.kept - first + acts.unscheduled - remote
    minutes = first * _FIRST + remote * _REMOTE + usual * _USUAL
    minutes += acts.benefits * _BENEFITS + acts.joint * _JOINT + acts.work * _WORK
    own, _ = _practical(office)
    work = acts.work * _WORK
    # Work of unknown form counts as own work.
    return Cell("own_casework", (), minutes, minutes, work * (own * (1 - gap) + gap), minutes, work * own)
