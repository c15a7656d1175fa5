"""What every planted truth is put together from: expectations a case, and what a form leaves of a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from procmine.simulate.draw import Floats, count_law
from procmine.simulate.office import Office

SELF = frozenset({"client", "household_member"})


@dataclass(frozen=True, slots=True)
class Cell:
    """Expectations a case for one metric in one part of one office: items, known ones, their hits; and as practised.

    ``arm`` is the side of a metric that is a difference of two shares.
    """

    metric: str
    part: tuple[tuple[str, str], ...]
    items: float
    known: float
    hits: float
    practised_items: float
    practised_hits: float
    arm: str = ""


def appointments(office: Office) -> Floats:
    """The law of the number of appointments a case."""
    return count_law(office.contacts.appointments, 1, office.contacts.appointments_at_most)


def attended(office: Office, share: float | Floats) -> Any:
    """The chance that an appointment is attended in a case that begins this share of its appointments."""
    a = office.attendance
    agreed = 1 - a.no_show_agreed - a.cancelled_agreed
    alone = 1 - a.no_show_office_set - a.cancelled_office_set
    j = office.initiative.jointly_agreed
    kept = 1 - a.left_open - a.cancelled_by_office
    return kept * (share * agreed + (1 - share) * (j * agreed + (1 - j) * alone))


def mean(law: Floats) -> float:
    """The mean of a law of counts."""
    return float(np.arange(len(law)) @ law)


def unscheduled_contacts(office: Office) -> float:
    """Contacts with the integration side without appointment, mean a case."""
    return mean(count_law(office.contacts.unscheduled))


def benefits_contacts(office: Office) -> float:
    """Contacts with the benefits side, mean a case."""
    return mean(count_law(office.contacts.benefits))


def seen_values(office: Office, column: str, value: str, *, recorded: bool) -> Iterator[tuple[str, float]]:
    """What the record says instead of a value, with chances: the value, the form's default, nothing."""
    if not recorded or value == "":
        yield value, 1.0
        return
    gap, default = office.recording.gap(column), office.recording.form_default.get(column)
    filled = default.share if default is not None else 0.0
    yield value, (1 - gap) * (1 - filled)
    if default is not None:
        yield default.value, (1 - gap) * filled
    yield "", gap
