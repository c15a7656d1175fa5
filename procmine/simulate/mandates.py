"""Personal mandates (Aufträge), where an office documents them: obtained, confirmed, extended, withdrawn, renewed."""

from __future__ import annotations

import numpy as np

from procmine.simulate.draw import Array, chance, codes
from procmine.simulate.life import Changes, Meetings, Persons, World
from procmine.simulate.sheet import Sheet
from procmine.simulate.transfers import role_of

_SCOPES = {"work": 0.5, "life_situation": 0.4, "benefit": 0.1}


def tell_mandates(world: World, persons: Persons, m: Meetings, changes: Changes, sheet: Sheet) -> None:
    """Adds the mandates of all cases: most given in the second contact, to the worker responsible then."""
    share, after = world.office.steps.mandate, world.office.mandates
    if share == 0.0:
        return
    rng = world.rng
    host = _contacts(m, 2)
    host = host[chance(rng, len(host), share)]
    refused = chance(rng, len(host), after.declined)
    _tell(world, persons, m, host[refused], "mandate_declined", sheet)
    host = host[~refused]
    _tell(world, persons, m, host, "mandate_obtained", sheet)
    holder = np.full(persons.size, -1, dtype=np.int64)
    holder[m.case[host]] = m.responsible[host]
    for number, activity, part in ((3, "mandate_confirmed", after.confirmed), (4, "mandate_extended", after.extended)):
        later = _contacts(m, number)
        # A mandate is given to a person: only that worker can have it confirmed or extended.
        later = later[(m.responsible[later] == holder[m.case[later]]) & chance(rng, len(later), part)]
        _tell(world, persons, m, later, activity, sheet)
    _tell_withdrawn(world, persons, m, host[chance(rng, len(host), after.withdrawn)], sheet)
    _tell_renewed(world, persons, changes, holder, sheet)


def _contacts(m: Meetings, number: int) -> Array:
    return np.flatnonzero(m.attended & (m.contact_number == number))


def _tell(world: World, persons: Persons, m: Meetings, host: Array, activity: str, sheet: Sheet) -> None:
    """A word on the mandate, written down in the contact in which it was said."""
    sheet.add(
        activity,
        m.case[host],
        world.calendar.at(m.day[host], m.minute[host] + 46),
        role=role_of(world, persons, m.case[host]),
        worker=m.worker[host],
        mandate_worker=m.responsible[host],
        mandate_scope=codes(world.rng, _SCOPES, world.codes["mandate_scope"], len(host)),
        source_system="Vermittlung",
    )


def _tell_withdrawn(world: World, persons: Persons, m: Meetings, host: Array, sheet: Sheet) -> None:
    case = m.case[host]
    room = persons.end[case] - m.day[host]
    day = m.day[host] + 1 + (world.rng.random(len(host)) * room).astype(np.int64)
    sheet.add(
        "mandate_withdrawn",
        case,
        world.calendar.at(day, world.rng.integers(485, 1020, len(host))),
        role="client",
        mandate_worker=m.responsible[host],
        source_system="Vermittlung",
    )


def _tell_renewed(world: World, persons: Persons, changes: Changes, holder: Array, sheet: Sheet) -> None:
    """Some of those whose worker changed give the next one a mandate, soon or never."""
    rng, size = world.rng, len(changes.case)
    renews = (holder[changes.case] >= 0) & (changes.after >= 2) & chance(rng, size, world.office.mandates.renewed)
    case, worker = changes.case[renews], changes.to_worker[renews]
    day = changes.day[renews] + rng.integers(3, 25, len(case))
    inside = day <= persons.end[case]
    case, worker, day = case[inside], worker[inside], day[inside]
    sheet.add(
        "mandate_renewed",
        case,
        world.calendar.at(day, rng.integers(485, 1020, len(case))),
        role=role_of(world, persons, case),
        worker=worker,
        mandate_worker=worker,
        mandate_scope="work",
        source_system="Vermittlung",
    )
