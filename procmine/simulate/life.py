"""Lives of cases: persons, the run of their meetings, who meets them, and how responsibility moves.

All cases of an office are drawn at once. The plan of a case (how many appointments and other contacts) comes first and
is then placed on working days, so that no law is bent by the end of the window: cases that are still open end with it,
closed ones lie anywhere before. What ``truth.py`` computes rests on four independences kept here:

- who begins an appointment does not depend on how many there are, nor on the office cancelling one;
- workers of contacts are drawn independently, given who is responsible;
- a change of worker falls after contact 0 … N with equal chances, so that two contacts of a case lie on one side of all
  its m changes with chance 2/(m+2), whatever N is;
- places are drawn independently of the number of contacts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from procmine.simulate.calendar import Calendar
from procmine.simulate.draw import (
    LONGEST_COUNT,
    Array,
    Bools,
    Floats,
    case_chances,
    chance,
    count_law,
    counts,
    pick,
    within,
)
from procmine.simulate.office import Office

# Segments of a caseload, their shares and the pace of their contacts against the office's interval.
SEGMENTS = ("Arbeitsvermittlung", "Fallmanagement", "Ganzheitliche Betreuung")
_SEGMENT_SHARE = np.array([0.70, 0.24, 0.06])
_SEGMENT_PACE = np.array([1.0, 0.75, 0.5])
PROVIDER_WORKERS = 12


@dataclass(frozen=True, slots=True)
class World:
    """What every draw needs: the office's practice, its open days, the vocabulary's numbers, and chance.

    ``side`` is a second source of chance for what was added to a life later: the first one's draws stay as they were.
    """

    office: Office
    calendar: Calendar
    codes: Mapping[str, Mapping[str, int]]
    rng: np.random.Generator
    side: np.random.Generator

    @property
    def beside(self) -> World:
        """The same world, all of its chance from the second source."""
        return replace(self, rng=self.side)


@dataclass(frozen=True, slots=True)
class Persons:
    """One entry a case; ``start`` and ``end`` are working-day positions, workers are numbers within the office."""

    size: int
    teams: int
    team: Array
    owner: Array
    benefits_owner: Array
    segment: Array
    interval: Array
    stock: Bools
    closed: Bools
    start: Array
    end: Array
    initiative: Floats
    outside: Floats


@dataclass(frozen=True, slots=True)
class Meetings:
    """One entry an appointment or unscheduled contact of the integration side, in order within the case."""

    case: Array
    day: Array
    minute: Array
    scheduled: Bools
    client: Bools
    agreed: Bools
    outcome: Array
    rescheduled: Bools
    left_open: Bools
    attended: Bools
    contact_number: Array
    responsible: Array
    worker: Array


@dataclass(frozen=True, slots=True)
class Changes:
    """One entry a change of the responsible worker: the contact it comes after (0: none yet, ``host`` -1), its day."""

    case: Array
    turn: Array
    after: Array
    host: Array
    from_worker: Array
    to_worker: Array
    day: Array


def live(world: World, size: int) -> tuple[Persons, Meetings, Changes]:
    """The lives of ``size`` cases of one office."""
    plan = world.office.contacts
    appointments = counts(world.rng, count_law(plan.appointments, 1, plan.appointments_at_most), size)
    unscheduled = counts(world.rng, count_law(plan.unscheduled), size)
    case, number = within((appointments + unscheduled).astype(np.int64))
    segment = pick(world.rng, _SEGMENT_SHARE, size)
    days = world.office.rhythm.interval_days * _SEGMENT_PACE[segment]
    interval = np.maximum(7, np.round(days)).astype(np.int16)
    offset = _offsets(world, case, number, interval)
    persons = _persons(world, segment, interval, case, offset)
    scheduled = _some_scheduled(world.rng, case, number, appointments)
    return _meetings(world, persons, case, persons.start[case] + offset, scheduled)


def _offsets(world: World, case: Array, number: Array, interval: Array) -> Array:
    """Working days from a case's start to each of its meetings: on the prescribed interval, or as need has it."""
    rng, size = world.rng, len(case)
    pace = interval[case] * (5.0 / 7.0)
    need = 1.0 + rng.standard_exponential(size, dtype=np.float32) * np.maximum(pace - 1.0, 1.0)
    grid = np.round(pace) + rng.integers(-1, 2, size)
    gap = np.where(chance(rng, size, world.office.rhythm.adherence), grid, need)
    gap = np.where(number == 0, rng.integers(5, 16, size), np.maximum(gap, 1.0)).astype(np.int64)
    length = np.bincount(case)
    total = np.bincount(case, weights=gap).astype(np.int64)
    # A plan longer than the window is pressed together, each gap staying at least one day.
    room = world.calendar.length - 30
    pressed = np.minimum(1.0, (room - length) / np.maximum(total - length, 1))
    gap = 1 + ((gap - 1) * pressed[case]).astype(np.int64)
    run = np.cumsum(gap)
    before = np.concatenate(([0], run))[np.concatenate(([0], np.cumsum(length)[:-1]))]
    return (run - before[case]).astype(np.int32)


def _persons(world: World, segment: Array, interval: Array, case: Array, offset: Array) -> Persons:
    office, rng, size = world.office, world.rng, len(segment)
    last = np.zeros(size, dtype=np.int64)
    last[case] = offset  # offsets rise within a case, so its last one stays
    open_days = world.calendar.length
    # Long enough for every contact with the benefits side to have a day of its own.
    length = np.clip(last + rng.integers(3, 25, size), LONGEST_COUNT + 2, open_days - 1)
    closed = ~chance(rng, size, office.open_at_end)
    room = open_days - 1 - length
    start = np.where(closed, (rng.random(size) * (room + 1)).astype(np.int64), room)
    teams = max(1, round(size / (office.continuity.cases_per_worker * office.continuity.team_size)))
    return Persons(
        size=size,
        teams=teams,
        team=rng.integers(0, teams, size).astype(np.int32),
        owner=rng.integers(0, office.continuity.team_size, size).astype(np.int32),
        benefits_owner=rng.integers(0, office.continuity.benefits_team_size, size).astype(np.int32),
        segment=segment,
        interval=interval,
        stock=chance(rng, size, office.stock),
        closed=closed,
        start=start.astype(np.int32),
        end=(start + length).astype(np.int32),
        initiative=case_chances(rng, office.initiative.self_initiated, office.initiative.between_cases, size),
        outside=case_chances(rng, office.place.outside, office.place.between_cases, size),
    )


def _some_scheduled(rng: np.random.Generator, case: Array, number: Array, appointments: Array) -> Bools:
    """Which meetings of a case are appointments: as many as planned, in random order."""
    order = np.argsort(case + rng.random(len(case)))
    scheduled = np.zeros(len(case), dtype=np.bool_)
    scheduled[order] = number < appointments[case]
    return scheduled


def _meetings(
    world: World, persons: Persons, case: Array, day: Array, scheduled: Bools
) -> tuple[Persons, Meetings, Changes]:
    office, rng, size = world.office, world.rng, len(case)
    client = chance(rng, size, persons.initiative[case].astype(np.float32))
    agreed = client | chance(rng, size, office.initiative.jointly_agreed)
    outcome, left_open = _outcomes(world, agreed, scheduled)
    attended = outcome == world.codes["outcome"]["attended"]
    contact_number, contacts = _numbered(case, attended, persons.size)
    owners, after = _responsibility(world, persons, contacts)
    # A meeting that was not attended counts as following the contacts so far: the worker of that time was responsible.
    stage = (contact_number > after[0][case]).astype(np.int8) + (contact_number > after[1][case])
    responsible = np.where(stage == 0, owners[0][case], np.where(stage == 1, owners[1][case], owners[2][case]))
    own = office.continuity.own_worker
    # Gaming or habit: a contact is booked on the worker responsible, whoever had it.
    own += (1.0 - own) * office.recording.booked_on_owner
    worker = _colleague(rng, responsible, office.continuity.team_size, own)
    base = persons.team[case] * office.continuity.team_size
    meetings = Meetings(
        case=case,
        day=day,
        minute=(480 + 15 * rng.integers(0, 33, size)).astype(np.int16),
        scheduled=scheduled,
        client=client,
        agreed=agreed,
        outcome=outcome,
        rescheduled=left_open | (scheduled & chance(rng, size, office.attendance.rescheduled)),
        left_open=left_open,
        attended=attended,
        contact_number=contact_number,
        responsible=base + responsible,
        worker=base + worker,
    )
    return persons, meetings, _changes(world, persons, meetings, owners, after, contacts)


def _outcomes(world: World, agreed: Bools, scheduled: Bools) -> tuple[Array, Bools]:
    """The final outcome of every meeting (-1 where an appointment is put off and never comes), and which those are."""
    a, code = world.office.attendance, world.codes["outcome"]
    u = world.rng.random(len(agreed))
    open_end, office_end = a.left_open, a.left_open + a.cancelled_by_office
    # Cancelling by the office comes first and knows nothing of who began; the rest is shared out by how it was set.
    v = (u - office_end) / max(1.0 - office_end, 1e-9)
    missed = np.where(agreed, a.no_show_agreed, a.no_show_office_set)
    called_off = missed + np.where(agreed, a.cancelled_agreed, a.cancelled_office_set)
    outcome = np.full(len(u), code["attended"], dtype=np.int8)
    outcome[v < called_off] = code["cancelled_client"]
    outcome[v < missed] = code["no_show"]
    outcome[u < office_end] = code["cancelled_office"]
    outcome[u < open_end] = -1
    outcome[~scheduled] = code["attended"]
    return outcome, outcome == -1


def _numbered(case: Array, attended: Bools, size: int) -> tuple[Array, Array]:
    """The number of each contact within its case from 1 (a missed meeting: the next one's), and contacts a case."""
    contacts = np.bincount(case[attended], minlength=size).astype(np.int32)
    run = np.cumsum(attended)
    before = np.concatenate(([0], np.cumsum(contacts)[:-1]))
    return (run - before[case] + ~attended).astype(np.int32), contacts


def _responsibility(
    world: World, persons: Persons, contacts: Array
) -> tuple[tuple[Array, Array, Array], tuple[Array, Array]]:
    """Up to three responsible workers a case, all different, and after which contact the first and second one leave."""
    rng, size, team = world.rng, persons.size, world.office.continuity.team_size
    number = np.where(contacts > 0, pick(rng, np.array(world.office.continuity.changes), size), 0)
    one = (rng.random(size) * (contacts + 1)).astype(np.int32)
    # The second falls as into a row that already holds the first: twice the chance to meet it in the same gap.
    two = (rng.random(size) * (contacts + 2)).astype(np.int32)
    two = np.where(two > contacts, one, two)
    never = np.int32(2**30)
    first = np.where(number == 0, never, np.where(number == 1, one, np.minimum(one, two)))
    second = np.where(number == 2, np.maximum(one, two), never)
    step = rng.integers(1, team, size)
    other = rng.integers(1, team - 1, size)
    other += other >= step
    owners = (persons.owner, (persons.owner + step) % team, (persons.owner + other) % team)
    return owners, (first, second)


def _colleague(rng: np.random.Generator, owner: Array, team: int, own: float) -> Array:
    """The owner with this chance, else any other of the team."""
    size = len(owner)
    step = np.where(chance(rng, size, own), 0, rng.integers(1, team, size, dtype=np.int32))
    return (owner + step) % team


def _changes(
    world: World,
    persons: Persons,
    meetings: Meetings,
    owners: tuple[Array, Array, Array],
    after: tuple[Array, Array],
    contacts: Array,
) -> Changes:
    """The changes of worker as events: each on a day between the contact before it and the contact after."""
    hosts = np.flatnonzero(meetings.attended)
    first_host = np.concatenate(([0], np.cumsum(contacts)[:-1]))
    parts = []
    earliest = persons.start.copy()
    for turn in (0, 1):
        case = np.flatnonzero(after[turn] < 2**30).astype(np.int32)
        contact = after[turn][case]
        place = first_host[case] + contact
        host = np.where(contact > 0, hosts[np.maximum(place - 1, 0)], -1)
        since = np.where(contact > 0, meetings.day[host], persons.start[case])
        following = hosts[np.minimum(place, len(hosts) - 1)]
        until = np.where(contact < contacts[case], meetings.day[following], persons.end[case] + 1)
        day = np.maximum(since + (world.rng.random(len(case)) * (until - since)).astype(np.int32), earliest[case])
        earliest[case] = day
        turns = np.full(len(case), turn, dtype=np.int16)
        parts.append((case, turns, contact, host, owners[turn][case], owners[turn + 1][case], day))
    case, turns, contact, host, old, new, day = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    base = persons.team[case] * world.office.continuity.team_size
    return Changes(case, turns, contact, host, base + old, base + new, day)


def benefits_workers(world: World, persons: Persons, case: Array) -> Array:
    """Who of the benefits team had each of these contacts, as a number within the office."""
    continuity = world.office.continuity
    own = continuity.benefits_own_worker
    own += (1.0 - own) * world.office.recording.booked_on_owner
    worker = _colleague(world.rng, persons.benefits_owner[case], continuity.benefits_team_size, own)
    return benefits_base(world, persons, case) + worker


def benefits_base(world: World, persons: Persons, case: Array) -> Array:
    """The number of the first worker of a case's benefits team; benefits workers come after all integration ones."""
    continuity = world.office.continuity
    return persons.teams * continuity.team_size + persons.team[case] * continuity.benefits_team_size


def provider_workers(world: World, persons: Persons, size: int) -> Array:
    """Somebody of the providers for each of so many cases; they come after all workers of the office."""
    continuity = world.office.continuity
    first = persons.teams * (continuity.team_size + continuity.benefits_team_size)
    return first + world.rng.integers(0, PROVIDER_WORKERS, size)
