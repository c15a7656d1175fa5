"""Plays one office: its cases' lives, told as events and thinned to what the office records."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from procmine.simulate.calendar import Calendar
from procmine.simulate.course import tell_course
from procmine.simulate.draw import Array, chance, pick
from procmine.simulate.life import PROVIDER_WORKERS, Persons, World, live
from procmine.simulate.mandates import tell_mandates
from procmine.simulate.office import Office
from procmine.simulate.sheet import Sheet, recorded
from procmine.simulate.support import tell_support
from procmine.simulate.transfers import tell_transfers
from procmine.simulate.turns import tell_turns
from procmine.simulate.visits import tell_meetings
from procmine.simulate.writer import Told

_AGES = ("15-24", "25-34", "35-44", "45-54", "55-66")
_REASONS = ("Arbeitsaufnahme", "Umzug", "vorrangige Leistung", "Ausbildung", "unbekannt verzogen", "keine Verlängerung")


def play(
    office: Office,
    size: int,
    calendar: Calendar,
    codes: Mapping[str, Mapping[str, int]],
    seed: np.random.SeedSequence,
) -> Told:
    """One office's log. Lives and forms draw from streams of their own: other forms leave the lives as they were.

    So do the events beside the main course, and their forms: whatever they become, the main course stays.
    """
    lives, forms, beside, beside_forms = (np.random.Generator(np.random.PCG64DXSM(child)) for child in seed.spawn(4))
    world = World(office, calendar, codes, lives, beside)
    persons, meetings, changes = live(world, size)
    sheet = Sheet(codes)
    hosts = tell_transfers(world, persons, meetings, changes, sheet)
    reductions = tell_meetings(world, persons, meetings, hosts, sheet, forms)
    tell_course(world, persons, meetings, changes, sheet)
    tell_turns(world.beside, persons, reductions, sheet.beside)
    tell_mandates(world.beside, persons, meetings, changes, sheet.beside)
    tell_support(world.beside, persons, meetings, hosts.referred, sheet.beside)
    columns, main = sheet.in_order()
    return Told(
        office=office.office,
        events=recorded(columns, main, office.recording, codes, (forms, beside_forms)),
        cases=_case_columns(world, persons),
        words={
            "birth_band": _AGES,
            "exit_reason": _REASONS,
            "team": [f"Team {number + 1}" for number in range(persons.teams)],
        },
        workers=_worker_names(office, persons),
        absent=frozenset(office.recording.absent),
    )


def _case_columns(world: World, persons: Persons) -> dict[str, Array]:
    """What is constant within a case. Some persons share a household with the one before."""
    rng, size, days = world.rng, persons.size, world.calendar.days
    alone = ~chance(rng, size, 0.15)
    household = np.cumsum(alone).astype(np.int32)
    members = np.bincount(household)[household]
    earlier = np.where(persons.stock, rng.integers(60, 1500, size), 0)
    reason = pick(rng, np.array([0.34, 0.14, 0.16, 0.10, 0.12, 0.14]), size)
    return {
        "household_id": household,
        "team": persons.team,
        "carrier": np.full(size, world.codes["carrier"][world.office.carrier], dtype=np.int8),
        "comparison_type": np.full(size, world.codes["comparison_type"][world.office.comparison_type], dtype=np.int8),
        "household_size": np.maximum(members, 1 + pick(rng, np.array([0.55, 0.2, 0.15, 0.1]), size)).astype(np.int16),
        "birth_band": pick(rng, np.array([0.16, 0.26, 0.24, 0.19, 0.15]), size),
        "entry": (days[persons.start] - earlier).astype(np.int32),
        "exit": np.where(persons.closed, days[persons.end], -1).astype(np.int32),
        "exit_reason": np.where(persons.closed, reason, np.int8(-1)),
    }


def _worker_names(office: Office, persons: Persons) -> list[str]:
    """Integration workers (F for Fachkraft), then benefits workers (L for Leistung), then providers' (T for Träger)."""
    integration = persons.teams * office.continuity.team_size
    benefits = persons.teams * office.continuity.benefits_team_size
    names = [f"{office.office}-F{number + 1:03d}" for number in range(integration)]
    names += [f"{office.office}-L{number + 1:03d}" for number in range(benefits)]
    return names + [f"{office.office}-T{number + 1:03d}" for number in range(PROVIDER_WORKERS)]
