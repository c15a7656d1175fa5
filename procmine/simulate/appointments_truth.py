"""The planted truth of what stands beside the core four: how appointments are set, missed, justified; who begins
contacts; how the next step is decided.

As in ``truth.py`` every figure is a ratio of expectations a case. An appointment is of one of three classes: begun by
the client (booked or agreed), begun by the office and agreed, set by the office alone (some confirmed). Its record is
the form's: a default in place of some values, gaps in place of others, each drawn for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from procmine.simulate.office import Office
from procmine.simulate.truth_cells import (
    SELF,
    Cell,
    appointments,
    attended,
    benefits_contacts,
    fewer_than,
    joint_meetings,
    mean,
    seen_as_free,
    seen_values,
    unscheduled_contacts,
)  # fmt: skip

OFFICE_SET = ("office_set", "office_set_confirmed")
AGREED = ("client_booked", "jointly_agreed")
NO_REASON = ("routine_interval", "none_stated")
# What the simulation draws where no scenario says otherwise (course.py, visits.py).
BEGAN_UNSCHEDULED = 0.90
BEGAN_WITH_BENEFITS = 0.85
CHOSEN_OTHERWISE = 0.2
CONFIRMED_BY_LETTER = 0.5


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of appointments: how many a case, its modes of setting with their shares, and what becomes of it."""

    number: float
    modes: dict[str, float]
    no_show: float
    cancelled: float
    groundless: float
    full_notice: float
    by_letter: float


def _classes(office: Office) -> tuple[_Class, ...]:
    i, a = office.initiative, office.attendance
    number, s, j = mean(appointments(office)), i.self_initiated, i.jointly_agreed
    confirmed = min(1.0, i.confirmed / max(1.0 - j, 1e-9))
    agreed = (a.no_show_agreed, a.cancelled_agreed)
    return (
        _Class(
            number * s,
            {"client_booked": i.self_booked, "jointly_agreed": 1 - i.self_booked},
            *agreed, groundless=0.0, full_notice=0.0, by_letter=0.0,
        ),
        _Class(
            number * (1 - s) * j, {"jointly_agreed": 1.0}, *agreed,
            groundless=0.0, full_notice=0.0, by_letter=CONFIRMED_BY_LETTER,
        ),
        _Class(
            number * (1 - s) * (1 - j),
            {"office_set_confirmed": confirmed, "office_set": 1 - confirmed},
            a.no_show_office_set, a.cancelled_office_set,
            groundless=i.without_occasion, full_notice=i.full_notice, by_letter=1.0,
        ),
    )  # fmt: skip


def appointment_cells(office: Office) -> Iterator[Cell]:
    """Truths of appointment_setting, no_occasion, legal_notice, no_show_by_setter and cancellation_by_setter."""
    yield _setting(office)
    yield _no_occasion(office)
    yield _notice(office)
    yield from _by_setter(office)


def _rows(office: Office, *, recorded: bool) -> float:
    """The chance that an appointment is a row: not if the last outcome on record is that it was moved. A gap hides the
    final outcome of some that were moved before, and the move of some that were never held."""
    a, gap = office.attendance, office.recording.gap("outcome") if recorded else 0.0
    return (1 - a.left_open) * (1 - gap * a.rescheduled * (1 - gap)) + a.left_open * gap


def _modes(office: Office, one: _Class, *, recorded: bool) -> Iterator[tuple[str, float]]:
    """How the record says a class was set: mode ("" = nothing) and its number a case."""
    for mode, share in one.modes.items():
        for seen, chance in seen_values(office, "setting_mode", mode, recorded=recorded):
            yield seen, one.number * share * chance


def _setting(office: Office) -> Cell:
    totals = {}
    for recorded in (True, False):
        items = known = hits = 0.0
        for one in _classes(office):
            for mode, count in _modes(office, one, recorded=recorded):
                number = count * _rows(office, recorded=recorded)
                items += number
                known += number * (mode != "")
                hits += number * (mode in AGREED)
        totals[recorded] = (items, known, hits)
    practised_items, _, practised_hits = totals[False]
    return Cell("appointment_setting", (), *totals[True], practised_items, practised_hits)


def _no_occasion(office: Office) -> Cell:
    totals = {}
    for recorded in (True, False):
        items = known = hits = 0.0
        for one in _classes(office):
            number = sum(count for mode, count in _modes(office, one, recorded=recorded) if mode in OFFICE_SET)
            number *= _rows(office, recorded=recorded)
            for true, share in (("routine_interval", one.groundless), ("plan", 1 - one.groundless)):
                for seen, chance in seen_values(office, "occasion", true, recorded=recorded):
                    items += number * share * chance
                    known += number * share * chance * (seen != "")
                    hits += number * share * chance * (seen in NO_REASON)
        totals[recorded] = (items, known, hits)
    practised_items, _, practised_hits = totals[False]
    return Cell("no_occasion", (), *totals[True], practised_items, practised_hits)


def _notice(office: Office) -> Cell:
    totals = {}
    for recorded in (True, False):
        items = known = hits = 0.0
        for one in _classes(office):
            number = one.number * _rows(office, recorded=recorded) * one.by_letter
            for true, share in (("full", one.full_notice), ("none", 1 - one.full_notice)):
                for seen, chance in seen_values(office, "legal_notice", true, recorded=recorded):
                    items += number * share * chance
                    known += number * share * chance * (seen != "")
                    hits += number * share * chance * (seen == "full")
        totals[recorded] = (items, known, hits)
    practised_items, _, practised_hits = totals[False]
    return Cell("legal_notice", (), *totals[True], practised_items, practised_hits)


def _by_setter(office: Office) -> Iterator[Cell]:
    """Both sides of both differences. Where the outcome is not on record, an appointment is an item nobody knows."""
    for metric in ("no_show_by_setter", "cancellation_by_setter"):
        for arm, modes in (("office_set", ("office_set",)), ("agreed", AGREED)):
            items, known, hits = _side(office, metric, modes, recorded=True)
            practised, _, really = _side(office, metric, modes, recorded=False)
            yield Cell(metric, (), items, known, hits, practised, really, arm=arm)


def _side(office: Office, metric: str, modes: tuple[str, ...], *, recorded: bool) -> tuple[float, float, float]:
    a, gap = office.attendance, office.recording.gap("outcome") if recorded else 0.0
    held = 1 - a.left_open - a.cancelled_by_office
    silent = (1 - a.left_open) * gap * (1 - a.rescheduled * (1 - gap)) + a.left_open * gap
    items = known = hits = 0.0
    for one in _classes(office):
        number = sum(count for mode, count in _modes(office, one, recorded=recorded) if mode in modes)
        missed = metric == "no_show_by_setter"
        told = number * held * (1 - gap)
        known += told * (1 - one.cancelled if missed else 1.0)
        hits += told * (one.no_show if missed else one.cancelled)
        items += number * silent
    return items + known, known, hits


def contact_cells(office: Office) -> Iterator[Cell]:
    """Truths of self_initiated_contacts, function_mix and joint_next_step."""
    s, recording = office.initiative.self_initiated, office.recording
    scheduled = mean(appointments(office)) * float(attended(office, s))
    by_client = mean(appointments(office)) * s * float(attended(office, 1.0))
    unscheduled, benefits = unscheduled_contacts(office), benefits_contacts(office)
    gap, default = recording.gap("initiator"), recording.form_default.get("initiator")
    filled = default.share if default is not None else 0.0
    for function, items, began in (
        ("integration", scheduled + unscheduled, by_client + unscheduled * BEGAN_UNSCHEDULED),
        ("benefits", benefits, benefits * BEGAN_WITH_BENEFITS),
        ("provider", joint_meetings(office), 0.0),
    ):
        seen = began * (1 - filled) + items * filled * (default is not None and default.value in SELF)
        part = (("function", function),)
        yield Cell("self_initiated_contacts", part, items, items * (1 - gap), seen * (1 - gap), items, began)
    met = scheduled + unscheduled
    yield Cell("function_mix", (), met + benefits, met + benefits, benefits, met + benefits, benefits)
    first = 1 - fewer_than(office, 1, 0.0)
    joint = met * jointly(office, first=False) + first * (jointly(office, first=True) - jointly(office, first=False))
    kept = 1 - recording.gap("decision_mode")
    told = seen_as_free(office, joint, met)
    yield Cell("joint_next_step", (), met * kept, met * kept, told * kept, met, joint)


def jointly(office: Office, *, first: bool) -> float:
    """The chance that the next step is chosen by the person or decided jointly, in the first contact or a later one."""
    share = office.steps.joint_decision + first * office.steps.first_joint_more
    return share + (1 - share) * CHOSEN_OTHERWISE
