"""A log as OCEL 2.0 sees it: which objects there are, which events speak of them, and as what.

The case is an object of its own, and so are household, appointment, caseworker and team, so that others can look at the
log from any of their sides. What an event says stands in its attributes as well: flattened to the case it is the same
log again. The standard: Berti et al., OCEL (Object-Centric Event Log) 2.0 Specification, arXiv 2403.01975.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from procmine.engines.duckdb import literal
from procmine.errors import InputError
from procmine.write.columns import CASE, EVENTS, Sheet, Written, spans

# An event's own number in the log: in the order of the cases and their events, also when sorted as text.
EVENT_ID = "'e' || lpad(CAST(e.case_id AS VARCHAR), 10, '0') || '-' || lpad(CAST(e.event_no AS VARCHAR), 7, '0')"
TYPES = {"timestamp": "time", "integer": "integer", "number": "float", "boolean": "boolean"}
SINCE_EVER = "1970-01-01T00:00:00Z"  # how OCEL says that an attribute never changed
_WORKERS = {"worker": "acting", "from_worker": "sending", "to_worker": "receiving", "mandate_worker": "mandated"}
_OWN = ("case_id", "activity")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the events or of the cases: its name, its type in OCEL, its value as SQL text."""

    name: str
    kind: str
    sql: str


@dataclass(frozen=True, slots=True)
class Relation:
    """Events speak of an object: its type, as what (``qualifier``), and SQL for its id, NULL where there is none."""

    type: str
    qualifier: str
    sql: str


@dataclass(frozen=True, slots=True)
class ObjectLog:
    """What of a sheet becomes what. ``relations`` beside that to the case; ``time`` is SQL for an event's time,
    ``household`` for the household a case belongs to, None where it is none for good."""

    sheet: Sheet
    time: str
    activities: tuple[str, ...]
    of_events: tuple[Attribute, ...]
    of_cases: tuple[Attribute, ...]
    relations: tuple[Relation, ...]
    household: str | None

    def types(self) -> dict[str, tuple[Attribute, ...]]:
        """The types of objects with their attributes."""
        found: dict[str, tuple[Attribute, ...]] = {"case": self.of_cases}
        return found | {relation.type: () for relation in self.relations}


def object_log(sheet: Sheet) -> ObjectLog:
    """How a sheet is written as OCEL. Raises InputError where a case bears the id of another object."""
    time = sheet.column("timestamp")
    assert time is not None  # noqa: S101  # a log without times is not imported
    activities = sheet.engine.run("SELECT DISTINCT activity FROM events ORDER BY activity")
    said = [column for column in sheet.columns if column.name not in _OWN]
    of_events = [_attribute(c) for c in said if not c.of_case and c.name != "timestamp"]
    if sheet.days_only:
        known = f"CASE WHEN e.date_only THEN CAST(e.local_date AS VARCHAR) ELSE {time.sql} END"
        of_events.insert(0, Attribute("timestamp", "string", known))
    relations, household = list(_relations(sheet)), sheet.column("household_id")
    found = ObjectLog(
        sheet,
        time.sql,
        tuple(str(row[0]) for row in activities),
        tuple(of_events),
        tuple(_attribute(c) for c in said if c.of_case),
        tuple(relations),
        relations[0].sql if household and household.of_case else None,
    )
    _refuse_shared_ids(found)
    return found


def objects_of(log: ObjectLog, kind: str) -> Iterator[list[tuple[str, str | None, str | None]]]:
    """The objects of a type other than case, in pieces: id, and the object it belongs to with its qualifier."""
    ids = [relation.sql for relation in log.relations if relation.type == kind]
    nothing = "CAST(NULL AS VARCHAR)"
    place, owner, qualifier = ("e.case_id", CASE, "'case'") if kind == "appointment" else ("0", nothing, nothing)
    inner = " UNION ALL ".join(
        f"SELECT {place} AS place, {sql} AS id, {owner} AS owner, {qualifier} AS qualifier FROM {EVENTS} WHERE {{0}}"
        for sql in ids
    )
    rows = (
        "SELECT id, owner, qualifier FROM "
        f"(SELECT DISTINCT place, id, owner, qualifier FROM ({inner}) WHERE id IS NOT NULL) ORDER BY place, id"
    )
    if kind == "appointment":  # each of one case, so that no two pieces share one
        for low, high in spans(log.sheet.engine):
            yield log.sheet.engine.run(rows.format(f"e.case_id BETWEEN {low} AND {high}"))
    else:
        yield log.sheet.engine.run(rows.format("TRUE"))


def _attribute(column: Written) -> Attribute:
    """Under its XES name; the number of an event in its source system is not the event's id here."""
    name = column.name if column.name == "event_id" else column.key
    return Attribute(name, TYPES.get(column.kind, "string"), column.sql)


def _relations(sheet: Sheet) -> Iterator[Relation]:
    if household := sheet.column("household_id"):
        yield Relation("household", "household", _id("household", household.sql))
    if appointment := sheet.column("appointment_id"):
        yield Relation("appointment", "appointment", _id("appointment", f"{CASE} || '/' || {appointment.sql}"))
    for name, qualifier in _WORKERS.items():
        if worker := sheet.column(name):
            yield Relation("caseworker", qualifier, _id("caseworker", worker.sql))
    if team := sheet.column("team"):
        yield Relation("team", "team", _id("team", f"COALESCE(e.office || '/', '') || {team.sql}"))


def _id(kind: str, name: str) -> str:
    """SQL for an object's id; the sign that separates lists does not stand in one."""
    return f"{literal(kind + ':')} || replace(replace({name}, '%', '%25'), '|', '%7C')"


def _refuse_shared_ids(log: ObjectLog) -> None:
    heads = " OR ".join(f"starts_with(name, {literal(kind + ':')})" for kind in log.types() if kind != "case")
    if heads and (found := log.sheet.engine.run(f"SELECT name FROM case_names WHERE {heads} ORDER BY name LIMIT 1")):
        raise InputError(
            f"The case {found[0][0]!r} is named like an object of another type.",
            hint="Import the log with pseudonyms for its cases, or export XES.",
        )
