"""Turns in a case's benefits: payments suspended and taken up again, reductions lifted or objected to."""

from __future__ import annotations

import numpy as np

from procmine.simulate.draw import Array, chance
from procmine.simulate.life import Persons, World, benefits_workers
from procmine.simulate.sheet import Sheet


def tell_turns(world: World, persons: Persons, reductions: tuple[Array, Array], sheet: Sheet) -> None:
    """Adds suspensions with their end, and what becomes of ``reductions`` (case and day of each)."""
    rng, steps = world.rng, world.office.steps
    case = np.flatnonzero(chance(rng, persons.size, steps.suspension))
    room = persons.end[case] - persons.start[case]
    day = persons.start[case] + (rng.random(len(case)) * room).astype(np.int64)
    _tell_benefits(world, persons, "benefit_change", case, day, sheet, "suspended")
    _tell_benefits(world, persons, "benefit_change", case, day + rng.integers(8, 40, len(case)), sheet, "settled")
    case, day = reductions
    lifted = chance(rng, len(case), steps.reduction_lifted)
    later = day[lifted] + rng.integers(5, 25, int(lifted.sum()))
    _tell_benefits(world, persons, "reduction_lifted", case[lifted], later, sheet)
    against = chance(rng, len(case), steps.reduction_objection)
    case, day = case[against], day[against] + rng.integers(3, 15, int(against.sum()))
    inside = day <= persons.end[case]
    sheet.add(
        "objection",
        case[inside],
        world.calendar.at(day[inside], rng.integers(485, 1020, int(inside.sum()))),
        role="client",
        source_system="Leistung",
    )


def _tell_benefits(
    world: World, persons: Persons, activity: str, case: Array, day: Array, sheet: Sheet, state: str | None = None
) -> None:
    """A turn the benefits side enters, unless the case has ended before."""
    inside = day <= persons.end[case]
    case, day = case[inside], day[inside]
    sheet.add(
        activity,
        case,
        world.calendar.at(day, world.rng.integers(485, 1020, len(case))),
        role="benefits",
        worker=benefits_workers(world, persons, case),
        benefit_state=-1 if state is None else state,
        source_system="Leistung",
    )
