"""What every planted truth is put together from: expectations a case, and what a form leaves of a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from procmine.simulate.draw import Floats, case_nodes, count_law
from procmine.simulate.office import Office

SELF = frozenset({"client", "household_member"})
FREE = frozenset({"client_choice", "joint"})


@dataclass(frozen=True, slots=True)
class Cell:
    """Expectations a case for one metric in one part of one office: items, known ones, their hits; and as practised.

    ``arm`` is the side of a metric that is a difference of two shares. Where it is known what share of items is a hit,
    but not how many items a case has, the numbers are an item's and do not add up over offices (``adds_up``).
    """

    metric: str
    part: tuple[tuple[str, str], ...]
    items: float
    known: float
    hits: float
    practised_items: float
    practised_hits: float
    arm: str = ""
    adds_up: bool = True


def unplanted(metric: str) -> Cell:
    """No truth in closed form for this metric in this office."""
    nan = float("nan")
    return Cell(metric, (), nan, nan, nan, nan, nan)


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


def joint_meetings(office: Office) -> float:
    """Meetings of both sides in special support, mean a case: one or two in a share of the cases without a referral."""
    s = office.support
    return (1 - fewer_than(office, 1, 0.0)) * office.handover.referrals[0] * s.share * (1 + s.joint)


def fewer_than(office: Office, number: int, gap: float) -> float:
    """The chance that a case has fewer than so many integration contacts with a known worker."""
    i = office.initiative
    shares, weights = case_nodes(i.self_initiated, i.between_cases)
    unscheduled = thinned(count_law(office.contacts.unscheduled), 1 - gap, number)
    total = 0.0
    for share, weight in zip(shares, weights, strict=True):
        scheduled = thinned(appointments(office), float(attended(office, float(share))) * (1 - gap), number)
        total += weight * sum(scheduled[x] * unscheduled[y] for x in range(number) for y in range(number - x))
    return float(total)


def thinned(law: Floats, chance: float, below: int) -> list[float]:
    """The chances of 0 … below-1 hits when each of a random number of trials hits with this chance."""
    trials = np.arange(len(law))
    found, ways = [], np.ones(len(law))
    for hits in range(below):
        misses = np.maximum(trials - hits, 0)
        terms = ways * chance**hits * np.power(1.0 - chance, misses) * (trials >= hits)
        found.append(float(np.sum(law * terms)))
        ways = ways * np.maximum(trials - hits, 0) / (hits + 1)
    return found


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


def seen_as_free(office: Office, free: float, all_of: float) -> float:
    """Of decisions whose mode is on record: how many it calls the person's choice or joint."""
    default = office.recording.form_default.get("decision_mode")
    if default is None:
        return free
    return free * (1 - default.share) + all_of * default.share * (default.value in FREE)
