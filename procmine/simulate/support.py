"""Special support (besondere Betreuung): begun by a coach, the office or a provider, met jointly, ended, returned from.

Only cases without a referral get it: a joint meeting with a third side then stands for the support alone. Both sides
meet the person on its first day and, where they work as a team, once more. Every case with a contact has room for both,
so that how many such meetings there are does not depend on when a case ends; ``acts_truth.py`` rests on that.
"""

from __future__ import annotations

import numpy as np

from procmine.simulate.course import freely_begun
from procmine.simulate.draw import Array, Bools, chance, codes, pick
from procmine.simulate.life import Meetings, Persons, World, provider_workers
from procmine.simulate.sheet import ALONE_WITH, ROLES, Sheet
from procmine.simulate.transfers import role_of

SHORTEST_MEETING, LONGEST_MEETING = 30, 60  # minutes
_COACH, _PROVIDER, _OFFICE = range(3)
_PROVIDERS = 2  # the first of ORGANISATIONS are measure providers


def tell_support(world: World, persons: Persons, m: Meetings, referred: Bools, sheet: Sheet) -> None:
    """Adds every special support: its start the day after some contact, its joint meetings, its end."""
    s, rng, code = world.office.support, world.rng, world.codes
    contacts = np.flatnonzero(m.attended)
    number = np.bincount(m.case[contacts], minlength=persons.size)
    case = np.flatnonzero((number > 0) & ~referred & chance(rng, persons.size, s.share))
    first = np.concatenate(([0], np.cumsum(number)[:-1]))[case]
    host = contacts[first + (rng.random(len(case)) * number[case]).astype(np.int64)]
    begin = m.day[host] + 1
    run = pick(rng, np.array([s.coached, s.provided, max(0.0, 1 - s.coached - s.provided)]), len(case))
    usual = role_of(world, persons, case)
    role = np.where(
        run == _COACH, code["role"]["coach"], np.where(run == _OFFICE, code["role"]["case_manager"], usual)
    ).astype(np.int8)
    freely = chance(rng, len(case), freely_begun(world.office))
    wish = codes(rng, {"client_choice": 0.4, "joint": 0.6}, code["decision_mode"], len(case))
    provided = run == _PROVIDER
    sheet.add(
        "special_support_start",
        case,
        world.calendar.at(begin, rng.integers(485, 540, len(case))),
        role=role,
        worker=m.worker[host],
        to_role=np.where(provided, code["role"]["measure_provider"], -1),
        to_org=np.where(provided, rng.integers(0, _PROVIDERS, len(case)), -1).astype(np.int8),
        decision_mode=np.where(freely, wish, code["decision_mode"]["office_unilateral"]),
        source_system="Vermittlung",
    )
    other = np.where(provided, code["role"]["measure_provider"], code["role"]["partner"]).astype(np.int8)
    _tell_meetings(world, persons, (case, begin, role, other), sheet)
    _tell_ends(world, persons, case, begin, sheet)


def _tell_meetings(world: World, persons: Persons, support: tuple[Array, Array, Array, Array], sheet: Sheet) -> None:
    """Joint meetings by video, entered by the other side, which names who of the job centre took part.

    By naming only those it tells nothing about the transfers of the case (the rule for warm handovers asks for both
    sides by name), and without a place it is no contact inside or outside the office.
    """
    case, begin, role, other = support
    rng, code = world.rng, world.codes
    again = chance(rng, len(case), world.office.support.joint)
    worker = provider_workers(world, persons, len(case))
    room = np.minimum(persons.end[case] - begin, 20)
    second = begin + 1 + (rng.random(len(case)) * room).astype(np.int64)
    names = np.array([ALONE_WITH[name] for name in ROLES], dtype=np.int8)
    known = np.array([code["role"][name] for name in ROLES], dtype=np.int8)
    who = names[np.argmax(role[:, None] == known, axis=1)]
    for rows, day in ((np.ones(len(case), dtype=np.bool_), begin), (again, second)):
        size = int(rows.sum())
        timestamp = world.calendar.at(day[rows], 560 + 15 * rng.integers(0, 28, size))
        sheet.add(
            "joint_meeting",
            case[rows],
            timestamp,
            role=other[rows],
            worker=worker[rows],
            initiator="provider",
            setting_mode="jointly_agreed",
            channel="video",
            location="remote",
            participants=who[rows],
            members_present=1,
            format="individual",
            action_form="counselling",
            duration_min=rng.integers(SHORTEST_MEETING, LONGEST_MEETING + 1, size),
            recorded_at=timestamp + rng.integers(65, 120, size),
            source_system="Vermittlung",
        )


def _tell_ends(world: World, persons: Persons, case: Array, begin: Array, sheet: Sheet) -> None:
    """The end of those that end within the case: as an end, as a return to regular support, or both."""
    rng = world.rng
    last = begin + rng.integers(40, 130, len(case))
    over = last <= persons.end[case]
    case, last = case[over], last[over]
    back = chance(rng, len(case), world.office.support.returned)
    ended = ~back | chance(rng, len(case), 0.5)
    day = np.minimum(last + np.where(ended, rng.integers(0, 4, len(case)), 0), persons.end[case])
    for activity, rows, when, minute in (
        ("special_support_end", ended, last, 900), ("return_to_regular", back, day, 960),
    ):  # fmt: skip
        sheet.add(
            activity,
            case[rows],
            world.calendar.at(when[rows], minute + rng.integers(0, 45, int(rows.sum()))),
            role=role_of(world, persons, case[rows]),
            source_system="Vermittlung",
        )
