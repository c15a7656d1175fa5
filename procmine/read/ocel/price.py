"""What flattening an OCEL costs: the events told more than once, the loops that are none, and what is left out.

Convergence and divergence after van der Aalst, Object-Centric Process Mining: Dealing with Divergence and Convergence
in Event Data, SEFM 2019, LNCS 11724. *Convergence*: one event belongs to several case objects and becomes as many rows,
so that counts of events and of times are too high. *Divergence*: one case has several events of one type that belong to
different objects of another type; side by side in one case they look like a repetition or a loop that did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procmine.engines.duckdb import literal, quoted
from procmine.read.ocel.flat import Flat

SHOWN = 5  # types named in one sentence


@dataclass(frozen=True, slots=True)
class Price:
    """The counts of one flattening. ``diverging`` says for each other type: cases, events."""

    object_type: str
    events: int
    objects: int
    cases: int
    rows_read: int
    rows: int
    converging_events: int
    extra_rows: int
    diverging: Mapping[str, tuple[int, int]]
    diverging_cases: int
    events_without_case: int
    dangling_relations: int
    dangling_ids: int
    repeated_relations: int
    joined_qualifiers: int
    duplicate_events: int
    duplicate_objects: int
    contradicting_objects: int
    nameless_objects: int
    untyped_objects: int
    undeclared_event_types: int
    undeclared_object_types: int
    cases_without_events: int
    objects_without_events: int
    changing: Mapping[str, int]
    rows_before_change: int
    unreadable_changes: int

    def counts(self) -> dict[str, int]:
        """Every figure by name, for a receipt; what has a type or attribute in it as NAME:TYPE."""
        found = {name: getattr(self, name) for name in self.__slots__ if name not in ("object_type", "changing")}
        diverging = found.pop("diverging")
        found |= {f"diverging_cases:{name}": cases for name, (cases, _) in diverging.items()}
        found |= {f"diverging_events:{name}": events for name, (_, events) in diverging.items()}
        return found | {f"changing_objects:{name}": objects for name, objects in self.changing.items()}

    def sentences(self) -> tuple[str, ...]:
        """What a reader of the figures has to know, each with its count; silent about what does not occur."""
        said = [
            f"Flattened to {self.object_type!r}: {self.events} events became {self.rows} rows of "
            f"{self.cases - self.cases_without_events} cases."
        ]
        if self.converging_events:
            said.append(
                f"Convergence: {self.converging_events} events belong to more than one case and stand in the log "
                f"{self.extra_rows} times too often; sums over cases count them again."
            )
        if self.diverging_cases:
            named = [f"{name} {cases} cases, {events} events" for name, (cases, events) in self.diverging.items()]
            more = f"; {len(named) - SHOWN} more types" if len(named) > SHOWN else ""
            said.append(
                f"Divergence: in {self.diverging_cases} cases several events of one type belong to different other "
                f"objects and look like a repetition ({'; '.join(named[:SHOWN])}{more})."
            )
        plain = {
            f"Events related to no object of {self.object_type!r}, refused": self.events_without_case,
            f"Relations to objects that are not declared ({self.dangling_ids} ids)": self.dangling_relations,
            "Relations that are given more than once, taken once": self.repeated_relations,
            "Relations with several qualifiers, joined by |": self.joined_qualifiers,
            "Events with an id that stood before, refused": self.duplicate_events,
            "Objects with an id that stood before: the first declaration counts": self.duplicate_objects,
            "Object ids declared with more than one type": self.contradicting_objects,
            "Objects without an id": self.nameless_objects,
            "Objects without a type": self.untyped_objects,
            "Types of events that are not declared": self.undeclared_event_types,
            "Types of objects that are not declared": self.undeclared_object_types,
            f"Objects of {self.object_type!r} without any event": self.cases_without_events,
            "Objects of any type without any event": self.objects_without_events,
        }
        said += [f"{what}: {count}." for what, count in plain.items() if count]
        said += [
            f"case:{name} changes over time for {objects} objects: each row has the value valid at its event."
            for name, objects in self.changing.items()
        ]
        if self.rows_before_change:
            said.append(f"Rows before the first value of a changing attribute, left empty: {self.rows_before_change}.")
        if self.unreadable_changes:
            said.append(f"Values of objects with a time that is no ISO 8601, never valid: {self.unreadable_changes}.")
        return tuple(said)


def price_of(flat: Flat) -> Price:
    """Count over the staged and flattened tables, before they are taken away."""
    diverging = _diverging(flat)
    return Price(
        object_type=flat.object_type,
        events=flat.stage.event_count,
        objects=flat.stage.object_count,
        diverging={name: counts for name, counts in diverging.items() if name and counts[0]},
        diverging_cases=diverging.get("", (0, 0))[0],
        changing=_changing(flat),
        **{name: _number(flat, sql) for name, sql in _counts(flat).items()},
    )


def _counts(flat: Flat) -> dict[str, str]:
    """SQL for every figure that is one number."""
    stage = flat.stage
    events, objects, links, known, link, pairs = (
        flat.name(part) for part in ("events", "objects", "links", "known", "link", "pairs")
    )
    several = f"(SELECT event, count(*) AS n FROM {pairs} GROUP BY event HAVING count(*) > 1)"
    unused = f"FROM {known} WHERE id NOT IN (SELECT object FROM {links})"
    return {
        "cases": f"SELECT count(*) FROM {known} WHERE is_case",
        "rows_read": f"SELECT count(*) FROM {pairs}",
        "rows": f"SELECT count(*) FROM {quoted(stage.table)}",
        "converging_events": f"SELECT count(*) FROM {several}",
        "extra_rows": f"SELECT COALESCE(sum(n - 1), 0) FROM {several}",
        "events_without_case": f"SELECT count(*) FROM {pairs} WHERE object IS NULL",
        "dangling_relations": f"SELECT count(*) FROM {link} WHERE NOT declared",
        "dangling_ids": f"SELECT count(DISTINCT object) FROM {link} WHERE NOT declared",
        "repeated_relations": f"SELECT count(*) FROM {link} WHERE times > said_as",
        "joined_qualifiers": f"SELECT count(*) FROM {link} WHERE said_as > 1",
        "duplicate_events": f"SELECT count(DISTINCT event) FROM {pairs} JOIN {events} e ON e.rowid = event "
        f"WHERE again AND COALESCE(e.{stage.column('=id')}, '') <> ''",
        "duplicate_objects": f"SELECT COALESCE(sum(times - 1), 0) FROM {known}",
        "contradicting_objects": f"SELECT count(*) FROM {known} WHERE types > 1",
        "nameless_objects": f"SELECT count(*) FROM {objects} WHERE COALESCE(id, '') = ''",
        "untyped_objects": f"SELECT count(*) FROM {objects} WHERE COALESCE(type, '') = ''",
        "undeclared_event_types": _undeclared(flat, f"SELECT {stage.column('=type')} AS type FROM {events}", "event"),
        "undeclared_object_types": _undeclared(flat, f"SELECT type FROM {objects}", "object"),
        "cases_without_events": f"SELECT count(*) {unused} AND is_case",
        "objects_without_events": f"SELECT count(*) {unused}",
        "rows_before_change": " + ".join(["SELECT 0", *_before(flat)]),
        "unreadable_changes": f"SELECT count(*) FROM {flat.name('case_values')} JOIN {flat.name('changes')} "
        "USING (name, object) WHERE changes AND moment IS NULL",
    }


def _undeclared(flat: Flat, types: str, kind: str) -> str:
    listed = ", ".join(["''", *(literal(name) for name in flat.stage.types[kind])])
    return f"SELECT count(DISTINCT type) FROM ({types}) WHERE type NOT IN ({listed})"


def _before(flat: Flat) -> list[str]:
    return [
        f"(SELECT count(*) FROM {flat.name('pairs')} p JOIN {flat.name('changes')} c ON c.object = p.object_n "
        f"AND c.changes AND c.name = {literal(name)} "
        f"WHERE p.number NOT IN (SELECT number FROM {flat.name(f'change{number}')}))"
        for number, name in enumerate(flat.changing)
    ]


def _diverging(flat: Flat) -> dict[str, tuple[int, int]]:
    """For each other type, and for all together under "": cases and events. Events of no object of a type say nothing
    about it."""
    case, activity = "c0", "c1"
    parts = [
        f"SELECT {case}, {literal(name)} AS type, count(*) AS n FROM {quoted(flat.stage.table)} "
        f"WHERE c{flat.columns.index(f'object:{name}')} IS NOT NULL GROUP BY {case}, {activity} "
        f"HAVING count(DISTINCT c{flat.columns.index(f'object:{name}')}) > 1"
        for name in flat.other_types
    ]
    if not parts:
        return {}
    flat.con.execute(f"CREATE TABLE {flat.name('diverging')} AS {' UNION ALL '.join(parts)}")
    found = flat.con.execute(
        f"SELECT type, count(DISTINCT {case}), sum(n) FROM {flat.name('diverging')} GROUP BY type"
    ).fetchall()
    counts = {str(name): (int(cases), int(events)) for name, cases, events in found}
    counts = {name: counts[name] for name in flat.other_types if name in counts}
    counts[""] = (_number(flat, f"SELECT count(DISTINCT {case}) FROM {flat.name('diverging')}"), 0)
    flat.con.execute(f"DROP TABLE {flat.name('diverging')}")
    return counts


def _changing(flat: Flat) -> dict[str, int]:
    return {
        name: _number(flat, f"SELECT count(*) FROM {flat.name('changes')} WHERE changes AND name = {literal(name)}")
        for name in flat.changing
    }


def _number(flat: Flat, sql: str) -> int:
    row: Any = flat.con.execute(sql).fetchone()
    return int(row[0])
