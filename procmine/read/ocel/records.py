"""What an OCEL 2.0 log says, record by record, the same whichever of its three formats it was read from.

The standard: Berti et al., OCEL (Object-Centric Event Log) 2.0 Specification, arXiv 2403.01975.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from procmine.read.limits import LIMITS

# Why a record cannot be taken: the reason's code (one of raw.REASONS) and the name it concerns.
Fault = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class TypeSaid:
    """A declared type of events or objects, with the names of its attributes."""

    kind: str  # "event" or "object"
    name: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectSaid:
    """An object; its attributes are (name, value, time from which the value holds)."""

    line: int
    id: str | None
    type: str | None
    attributes: tuple[tuple[str, str | None, str | None], ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class EventSaid:
    """An event; its attributes are (name, value), its relations (object id, qualifier)."""

    line: int
    id: str | None
    type: str | None
    time: str | None
    attributes: tuple[tuple[str, str | None], ...] = ()
    relations: tuple[tuple[str, str | None], ...] = ()
    fault: Fault | None = None


Record = TypeSaid | ObjectSaid | EventSaid


# What a reader says of relations between objects; flattening has no place for them.
BETWEEN_OBJECTS = "Relation between objects has no place in a flattened log"


NAMED = 20  # kinds of strange things named one by one


@dataclass(slots=True)
class Notes:
    """What a reader notices beside the records: how the text is encoded, and what it did not take, counted."""

    encoding: str = "utf-8"
    encoding_how: str = "every byte is valid UTF-8"
    counts: Counter[str] = field(default_factory=Counter)

    def stranger(self, what: str) -> None:
        """Count something that is not part of OCEL; what comes after so many kinds is counted together."""
        known = what in self.counts or len(self.counts) < NAMED
        self.counts[what if known else "More that is not part of OCEL 2.0 and was not taken"] += 1


def twice(attributes: list[tuple[str, str | None]]) -> Fault | None:
    """The fault of an event that says one attribute twice."""
    seen: set[str] = set()
    for name, _ in attributes:
        if name in seen:
            return "duplicate_key", name
        seen.add(name)
    return None


def checked_object(said: ObjectSaid) -> Fault | None:
    """What keeps an object from being taken, also what no format rules out by itself."""
    pairs = [("id", said.id), ("type", said.type)]
    pairs += [(name, value) for name, value, _ in said.attributes]
    return said.fault or _unheld(pairs) or _many(len(said.attributes))


def checked_event(said: EventSaid) -> Fault | None:
    """What keeps an event from being taken, also what no format rules out by itself."""
    pairs = [("id", said.id), ("type", said.type), ("time", said.time), *said.attributes]
    for related, qualifier in said.relations:
        pairs += [("relationships", related), ("qualifier", qualifier)]
    return said.fault or twice(list(said.attributes)) or _unheld(pairs)


def _unheld(pairs: list[tuple[str, str | None]]) -> Fault | None:
    for name, value in pairs:
        if (value and "\0" in value) or "\0" in name:
            return "null_byte", name
        if len(name) > LIMITS.column_name:
            return "field_too_long", name[:100]
        if value and len(value) > LIMITS.field_bytes:
            return "field_too_long", name
    return None


def _many(attributes: int) -> Fault | None:
    return ("row_too_long", None) if attributes > LIMITS.events_per_trace else None
