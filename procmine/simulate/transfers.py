"""Transfers: changes of worker, handovers to the benefits side, referrals to others, each hosted by a contact.

A warm transfer turns the contact that hosts it into a joint meeting with both sides, so that it can still be told where
its type was not recorded. Two referrals of one case within 30 days are of one type: the joint meeting of one can then
not make the other look warm when it was not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from procmine.simulate.draw import Array, Bools, chance, codes, pick
from procmine.simulate.life import Changes, Meetings, Persons, World, benefits_base
from procmine.simulate.sheet import ORGANISATIONS, RECEIVERS, ROLES, Sheet

_NEAR = 30  # days; the rule of tables.md looks 14 days back and forth


@dataclass(frozen=True, slots=True)
class Hosts:
    """One entry a meeting: who of the receiving side sits in it because a transfer is warm; ``referred`` one a case."""

    receiver: Array
    benefits: Bools
    colleague: Bools
    accompanied: Bools
    referred: Bools


def role_of(world: World, persons: Persons, case: Array) -> Array:
    """The integration role that looks after a case, by its segment."""
    numbers = np.array([world.codes["role"][role] for role in ROLES], dtype=np.int8)
    return numbers[persons.segment[case]]


def kinds_of_handover(world: World, warm: float, size: int) -> Array:
    """Types of transfers, warm or accompanied with the chance given."""
    h = world.office.handover
    weights = {
        "warm": warm * (1 - h.accompanied),
        "accompanied": warm * h.accompanied,
        "facilitated": (1 - warm) * h.facilitated,
        "file_only": (1 - warm) * h.file_only,
        "information_only": (1 - warm) * max(0.0, 1 - h.facilitated - h.file_only),
    }
    return codes(world.rng, weights, world.codes["handover_type"], size)


def tell_transfers(world: World, persons: Persons, meetings: Meetings, changes: Changes, sheet: Sheet) -> Hosts:
    """Adds the transfers of all cases and says which meetings they turn into joint ones."""
    size = len(meetings.case)
    flags = (np.zeros(length, dtype=np.bool_) for length in (size, size, size, persons.size))
    hosts = Hosts(np.zeros(size, dtype=np.int8), *flags)
    _tell_changes(world, persons, changes, sheet, hosts)
    contacts = np.flatnonzero(meetings.attended)
    number = np.bincount(meetings.case[contacts], minlength=persons.size)
    first = np.concatenate(([0], np.cumsum(number)[:-1]))
    seen = np.flatnonzero(number > 0)

    def some_contact(case: Array) -> Array:
        host: Array = contacts[first[case] + (world.rng.random(len(case)) * number[case]).astype(np.int64)]
        return host

    referrals = pick(world.rng, np.array(world.office.handover.referrals), len(seen))
    one, two = seen[referrals >= 1], referrals[referrals >= 1] == 2
    hosts.referred[one] = True
    _tell_referrals(world, persons, meetings, (some_contact(one), some_contact(one), two), sheet, hosts)
    drawn_in = seen[chance(world.rng, len(seen), world.office.handover.to_benefits)]
    _tell_to_benefits(world, persons, meetings, some_contact(drawn_in), sheet, hosts)
    return hosts


def _warm(world: World, kind: Array) -> Bools:
    code = world.codes["handover_type"]
    warm: Bools = (kind == code["warm"]) | (kind == code["accompanied"])
    return warm


def _mark_accompanied(world: World, host: Array, kind: Array, hosts: Hosts) -> None:
    hosts.accompanied[host[kind == world.codes["handover_type"]["accompanied"]]] = True


def _tell_changes(world: World, persons: Persons, changes: Changes, sheet: Sheet, hosts: Hosts) -> None:
    kind = kinds_of_handover(world, world.office.handover.warm_internal, len(changes.case))
    warm = _warm(world, kind) & (changes.host >= 0)
    hosts.colleague[changes.host[warm]] = True
    _mark_accompanied(world, changes.host[warm], kind[warm], hosts)
    minute = 1020 + 20 * changes.turn + world.rng.integers(0, 15, len(kind))
    reasons = {"turnover": 0.34, "case": 0.22, "reorganisation": 0.18, "cover": 0.10, "client_wish": 0.08, "age": 0.08}
    reason = codes(world.rng, reasons, world.codes["change_reason"], len(kind))
    sheet.add(
        "worker_change",
        changes.case,
        world.calendar.at(changes.day, minute),
        role=role_of(world, persons, changes.case),
        worker=changes.from_worker,
        from_worker=changes.from_worker,
        to_worker=changes.to_worker,
        handover_type=kind,
        change_reason=reason,
        source_system="Vermittlung",
    )


def _tell_referrals(
    world: World, persons: Persons, meetings: Meetings, drawn: tuple[Array, Array, Bools], sheet: Sheet, hosts: Hosts
) -> None:
    """``drawn``: the contacts that host a case's first and second referral, and whether there is a second one."""
    first, second, two = drawn
    rng, size = world.rng, len(first)
    kinds = kinds_of_handover(world, world.office.handover.warm_external, size)
    others = kinds_of_handover(world, world.office.handover.warm_external, size)
    days = world.calendar.days
    near = np.abs(days[meetings.day[first]] - days[meetings.day[second]]) <= _NEAR
    host = np.concatenate((first, second[two]))
    kind = np.concatenate((kinds, np.where(near, kinds, others)[two]))
    later = np.concatenate((np.zeros(size, dtype=np.int8), np.ones(int(two.sum()), dtype=np.int8)))
    organisation = rng.integers(0, len(ORGANISATIONS), len(host)).astype(np.int8)
    receiver = np.where(organisation < 2, 1, np.where(organisation == len(ORGANISATIONS) - 1, 3, 2)).astype(np.int8)
    warm = _warm(world, kind)
    hosts.receiver[host[warm]] = receiver[warm]
    _mark_accompanied(world, host[warm], kind[warm], hosts)
    role = np.array([-1, *(world.codes["role"][name] for name in RECEIVERS[1:])], dtype=np.int8)[receiver]
    case, link = meetings.case[host], np.arange(len(host), dtype=np.int32)
    sheet.add(
        "referral",
        case,
        world.calendar.at(meetings.day[host], meetings.minute[host] + 50 + later),
        role=role_of(world, persons, case),
        worker=meetings.worker[host],
        to_role=role,
        to_org=organisation,
        handover_type=kind,
        link_id=link,
        source_system="Vermittlung",
    )
    day = meetings.day[host] + rng.integers(2, 20, len(host))
    reported = chance(rng, len(host), np.where(warm, 1.5, 0.8) * world.office.handover.arrival)
    came = reported & (day <= persons.end[case])
    # Who arrives does so within 16 working days: less than 30 days, whatever holidays lie between.
    day = np.minimum(day, meetings.day[host] + 16)
    late = reported & ~came & (day <= persons.end[case])
    for rows, source, page in ((came, rng, sheet), (late, world.side, sheet.beside)):
        page.add(
            "arrival",
            case[rows],
            world.calendar.at(day[rows], source.integers(500, 960, int(rows.sum()))),
            role=role[rows],
            to_org=organisation[rows],
            link_id=link[rows],
        )


def _tell_to_benefits(
    world: World, persons: Persons, meetings: Meetings, host: Array, sheet: Sheet, hosts: Hosts
) -> None:
    kind = kinds_of_handover(world, world.office.handover.warm_internal, len(host))
    warm = _warm(world, kind)
    hosts.benefits[host[warm]] = True
    _mark_accompanied(world, host[warm], kind[warm], hosts)
    case = meetings.case[host]
    sheet.add(
        "handover",
        case,
        world.calendar.at(meetings.day[host], meetings.minute[host] + 55),
        role=role_of(world, persons, case),
        worker=meetings.worker[host],
        from_worker=meetings.worker[host],
        to_worker=benefits_base(world, persons, case) + persons.benefits_owner[case],
        to_role="benefits",
        handover_type=kind,
        source_system="Vermittlung",
    )
