"""Events of one office as columns: collected stage by stage, put in order, and thinned to what the office records."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from procmine.simulate.draw import Array, Bools, chance
from procmine.simulate.life import SEGMENTS
from procmine.simulate.office import Recording

# Where no vocabulary says the words, they stand here by number; -1 is empty everywhere.
ROLES = ("placement", "case_manager", "coach")
RECEIVERS = ("", "measure_provider", "partner", "employer")
ACTION_FORMS = (
    "counselling", "counselling|information", "information", "administrative", "instruction", "accompaniment",
    "assistance", "acting_on_behalf", "counselling|assistance", "control",
)  # fmt: skip
PARTICIPANTS = (
    *(
        "|".join(
            ("client", *["household_member"] * household, role, *["benefits"] * benefits, *[receiver] * bool(receiver))
        )
        for role, receiver, benefits, household in product(ROLES, RECEIVERS, (0, 1), (0, 1))
    ),
    "client|benefits",
)
WITH_BENEFITS = len(PARTICIPANTS) - 1
ALONE_WITH = {role: PARTICIPANTS.index(f"client|{role}") for role in ROLES}
ORGANISATIONS = (
    "Bildungswerk Mitte", "Werkstatt Neustart", "Schuldnerberatung", "Suchtberatung", "Familienberatung",
    "Jugendmigrationsdienst", "Wohnungshilfe", "Praktikumsbetrieb",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "segment": SEGMENTS,
    "action_form": ACTION_FORMS,
    "participants": PARTICIPANTS,
    "to_org": ORGANISATIONS,
    "source_system": ("Vermittlung", "Leistung", "Terminverwaltung"),
}
TIMES = ("timestamp", "planned_at", "requested_at", "recorded_at")
WORKERS = ("worker", "from_worker", "to_worker", "mandate_worker")
NUMBERED = {"appointment_id": "A", "link_id": "L", "benefit_issue_id": "B", "household_id": "H"}
NUMBERS = (
    "household_size",
    "members_present",
    "options_offered",
    "prescribed_interval_days",
    "duration_min",
    "sanction_pct",
)
# An appointment is recorded once: all its events carry the same of these.
OF_APPOINTMENT = ("initiator", "setting_mode", "occasion", "legal_notice")


class Sheet:
    """Collects events; values are numbers (of a code, a word, a worker, a minute), -1 or a column left out is empty."""

    def __init__(self, codes: Mapping[str, Mapping[str, int]]) -> None:
        self._codes = codes
        self._parts: list[tuple[int, dict[str, Any], bool]] = []
        self._main = True

    @property
    def beside(self) -> Sheet:
        """The same sheet; what is added here is beside the main course."""
        page = Sheet(self._codes)
        page._parts, page._main = self._parts, False
        return page

    def add(self, activity: str | Array, case: Array, timestamp: Array, **columns: Array | int | str) -> None:
        """Events of one activity: a value for all of them (a code's name or a number), or one each."""
        if len(case) == 0:
            return
        values: dict[str, Any] = {"case": case, "timestamp": timestamp, "activity": activity} | columns
        numbers = {name: self.number(name, value) for name, value in values.items()}
        self._parts.append((len(case), numbers, self._main))

    def number(self, column: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return WORDS[column].index(value) if column in WORDS else self._codes[column][value]

    def in_order(self) -> tuple[dict[str, Array], Bools]:
        """All columns in the order of case and time, and which events are of the main course; of equal times the event
        added first comes first."""
        size = sum(length for length, _, _ in self._parts)
        names = sorted({name for _, columns, _ in self._parts for name in columns})
        case, timestamp = self._column("case", size), self._column("timestamp", size)
        order = np.argsort((case.astype(np.int64) << 32) | timestamp, kind="stable")
        main = np.repeat([main for *_, main in self._parts], [length for length, *_ in self._parts])
        return {name: self._column(name, size)[order] for name in names}, main[order]

    def _column(self, name: str, size: int) -> Array:
        wide = name in ("case", *TIMES, *WORKERS, *NUMBERED)
        column = np.full(size, -1, dtype=np.int32 if wide else np.int16 if name in NUMBERS else np.int8)
        start = 0
        for length, columns, _ in self._parts:
            if name in columns:
                column[start : start + length] = columns[name]
            start += length
        return column


def form(
    column: str,
    values: Array,
    recording: Recording,
    codes: Mapping[str, Mapping[str, int]],
    rng: np.random.Generator,
) -> Array:
    """What the office's form keeps of these values: its default in place of some, gaps in place of others."""
    default, gap = recording.form_default.get(column), recording.gap(column)
    if default is not None:
        filled = (values >= 0) & chance(rng, len(values), default.share)
        values = np.where(filled, np.int8(codes[column][default.value]), values)
    if gap > 0.0:
        values = np.where(chance(rng, len(values), gap), values.dtype.type(-1), values)
    return values


def recorded(
    columns: dict[str, Array],
    main: Bools,
    recording: Recording,
    codes: Mapping[str, Mapping[str, int]],
    forms: tuple[np.random.Generator, np.random.Generator],
) -> dict[str, Array]:
    """The columns as the office records them. What belongs to an appointment was thinned when that was made.

    ``main`` says which events are of the main course: their forms draw from the first source of chance, so that events
    beside it leave the gaps where they were.
    """
    kept = {}
    for name, values in columns.items():
        seen = values
        if name in recording.form_default or recording.gap(name) > 0.0:
            seen = values.copy()
            for chosen, rng in ((main, forms[0]), (~main, forms[1])):
                seen[chosen] = form(name, values[chosen], recording, codes, rng)
        if name in OF_APPOINTMENT:
            seen = np.where(columns["appointment_id"] >= 0, values, seen)
        kept[name] = seen
    return kept
