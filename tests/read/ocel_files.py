"""Small OCEL 2.0 logs for the tests: one made-up log, written as JSON, XML and SQLite as the standard lays them out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from procmine.read.ocel.reading import read_ocel
from tests.read.reading import Read

START = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class Thing:
    """An object: attributes are (name, value, time)."""

    id: str | None
    type: str | None
    attributes: Sequence[tuple[str, str | None, str]] = ()


@dataclass(frozen=True)
class Happening:
    """An event: relations are (object id, qualifier)."""

    id: str | None
    type: str | None
    time: str | None
    relations: Sequence[tuple[str, str]] = ()
    attributes: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True)
class Ocel:
    """A log with its declared types: name to attributes."""

    object_types: Mapping[str, Sequence[str]]
    event_types: Mapping[str, Sequence[str]]
    objects: Sequence[Thing]
    events: Sequence[Happening]


# Two people of one household; a talk with both, a letter to one, an event of the household alone.
FAMILY = Ocel(
    {"Person": ("status", "born"), "Haushalt": (), "Termin": ()},
    {"Gespräch": ("org:resource", "Anzahl"), "Bescheid": ()},
    (
        Thing("P1", "Person", (("status", "neu", START), ("status", "alt", "2024-01-05T00:00:00Z"),
                               ("born", "007", START))),
        Thing("P2", "Person", (("born", "NA", START),)),
        Thing("H1", "Haushalt"),
        Thing("T1", "Termin"),
        Thing("T2", "Termin"),
    ),
    (
        Happening("e1", "Gespräch", "2024-01-01T10:00:00Z",
                  (("P1", "spricht"), ("P2", "hört zu"), ("H1", ""), ("T1", "Anlass")),
                  (("org:resource", "Müller & Söhne <1>"), ("Anzahl", "1e5"))),
        Happening("e2", "Gespräch", "2024-01-06T10:00:00Z", (("T2", "Anlass"), ("T1", "Anlass"), ("P1", "spricht"))),
        Happening("e3", "Bescheid", "2024-01-07T10:00:00Z", (("H1", "empfängt"),)),
    ),
)  # fmt: skip
COLUMNS = (
    "case:concept:name", "concept:name", "time:timestamp", "identity:id", "qualifier", "org:resource", "Anzahl",
    "case:status", "case:born", "object:Haushalt", "object:Termin",
)  # fmt: skip
CELLS = [
    ("P1", "Gespräch", "2024-01-01T10:00:00Z", "e1", "spricht", "Müller & Söhne <1>", "1e5", "neu", "007", "H1", "T1"),
    ("P2", "Gespräch", "2024-01-01T10:00:00Z", "e1", "hört zu", "Müller & Söhne <1>", "1e5", None, "NA", "H1", "T1"),
    ("P1", "Gespräch", "2024-01-06T10:00:00Z", "e2", "spricht", None, None, "alt", "007", None, "T1|T2"),
]


def as_dict(log: Ocel) -> dict[str, Any]:
    """The log in the layout of the JSON form; what is None is left out."""

    def filled(**held: Any) -> dict[str, Any]:
        return {key: value for key, value in held.items() if value is not None}

    def types(declared: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        return [
            {"name": name, "attributes": [{"name": each, "type": "string"} for each in names]}
            for name, names in declared.items()
        ]

    return {
        "objectTypes": types(log.object_types),
        "eventTypes": types(log.event_types),
        "objects": [
            filled(id=o.id, type=o.type, attributes=[dict(name=n, value=v, time=t) for n, v, t in o.attributes])
            for o in log.objects
        ],
        "events": [
            filled(
                id=e.id,
                type=e.type,
                time=e.time,
                attributes=[dict(name=n, value=v) for n, v in e.attributes],
                relationships=[dict(objectId=o, qualifier=q) for o, q in e.relations],
            )
            for e in log.events
        ],
    }


def write_json(log: Ocel, folder: Path) -> Path:
    path = folder / "log.json"
    path.write_text(json.dumps(as_dict(log), indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def as_xml(log: Ocel) -> str:
    """The log in the layout of the XML form."""

    def tag(element: str, inside: str = "", **given: str | None) -> str:
        listed = "".join(f" {k.replace('_', '-')}={quoteattr(v)}" for k, v in given.items() if v is not None)
        return f"<{element}{listed}>{inside}</{element}>\n"

    def types(kind: str, declared: Mapping[str, Sequence[str]]) -> str:
        return tag(
            f"{kind}s",
            "".join(
                tag(kind, tag("attributes", "".join(tag("attribute", name=n, type="string") for n in names)), name=name)
                for name, names in declared.items()
            ),
        )

    objects = "".join(
        tag(
            "object",
            tag("attributes", "".join(tag("attribute", escape(v or ""), name=n, time=t) for n, v, t in o.attributes)),
            id=o.id,
            type=o.type,
        )
        for o in log.objects
    )
    events = "".join(
        tag(
            "event",
            tag("attributes", "".join(tag("attribute", escape(v or ""), name=n) for n, v in e.attributes))
            + tag("objects", "".join(tag("relationship", object_id=o, qualifier=q) for o, q in e.relations)),
            id=e.id,
            type=e.type,
            time=e.time,
        )
        for e in log.events
    )
    inside = types("object-type", log.object_types) + types("event-type", log.event_types)
    inside += tag("objects", objects) + tag("events", events)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tag("log", inside)


def write_xml(log: Ocel, folder: Path) -> Path:
    path = folder / "log.xml"
    path.write_text(as_xml(log), encoding="utf-8")
    return path


def write_sqlite(log: Ocel, folder: Path, *, then: str = "") -> Path:
    """The log as tables without indexes; ``then`` is run on the database at the end."""
    path = folder / "log.sqlite"
    path.unlink(missing_ok=True)
    con = sqlite3.connect(path)

    def table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        con.execute(f"CREATE TABLE {_id(name)} ({', '.join(f'{_id(column)} TEXT' for column in columns)})")
        con.executemany(f"INSERT INTO {_id(name)} VALUES ({', '.join('?' for _ in columns)})", rows)

    event_types = list(log.event_types)
    object_types = list(log.object_types)
    table("event", ("ocel_id", "ocel_type"), [(e.id, e.type) for e in log.events])
    table("object", ("ocel_id", "ocel_type"), [(o.id, o.type) for o in log.objects])
    table("event_map_type", ("ocel_type", "ocel_type_map"), [(t, f"E{n}") for n, t in enumerate(event_types)])
    table("object_map_type", ("ocel_type", "ocel_type_map"), [(t, f"O{n}") for n, t in enumerate(object_types)])
    links = [(e.id, o, q) for e in log.events for o, q in e.relations]
    table("event_object", ("ocel_event_id", "ocel_object_id", "ocel_qualifier"), links)
    table("object_object", ("ocel_source_id", "ocel_target_id", "ocel_qualifier"), [])
    for number, (name, columns) in enumerate(log.event_types.items()):
        rows = [(e.id, e.time, *_cells(columns, e.attributes)) for e in log.events if e.type == name]
        table(f"event_E{number}", ("ocel_id", "ocel_time", *columns), rows)
    for number, (name, columns) in enumerate(log.object_types.items()):
        changes = [
            (o.id, t, None if t == START else n, *_cells(columns, [(n, v)]))
            for o in log.objects
            if o.type == name
            for n, v, t in o.attributes
        ]
        table(f"object_O{number}", ("ocel_id", "ocel_time", "ocel_changed_field", *columns), changes)
    con.executescript(then)
    con.commit()
    con.close()
    return path


def _cells(columns: Sequence[str], attributes: Sequence[tuple[str, str | None]]) -> list[str | None]:
    held = dict(attributes)
    return [held.get(column) for column in columns]


def _id(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


WRITERS: Mapping[str, Callable[[Ocel, Path], Path]] = {"json": write_json, "xml": write_xml, "sqlite": write_sqlite}


def read(path: Path, object_type: str = "Person") -> Read:
    """Read an OCEL flattened to ``object_type``."""
    return Read(read_ocel, path, object_type=object_type)


def json_of(folder: Path, text: str | bytes, name: str = "log.json", object_type: str = "Person") -> Read:
    """Write ``text`` and read it."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, object_type)
