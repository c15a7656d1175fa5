"""OCEL 2.0 logs as JSON, XML and SQLite: sound, contradicting themselves, deep, and hostile: fault I16."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.corpus.case import Case, Row, accept, partial, reject
from tests.corpus.packed import pack

G = "OCEL"
JSON: dict[str, Any] = {"file": "log.json", "format": "ocel", "columns": {}, "options": {"object_type": "fall"}}
XML: dict[str, Any] = {**JSON, "file": "log.xml"}
SQLITE: dict[str, Any] = {**JSON, "file": "log.sqlite"}
ROWS: tuple[Row, ...] = (
    ("A1", "Antrag", "2024-01-08T07:00:00.000000Z", ""),
    ("A1", "Beratung", "2024-01-09T08:30:00.000000Z", ""),
    ("B2", "Antrag", "2024-01-10T09:00:00.000000Z", ""),
)


def event(number: int, kind: str, at: str, *objects: str, **more: Any) -> dict[str, Any]:
    """An event as OCEL JSON has it."""
    related = [{"objectId": name, "qualifier": "betrifft"} for name in objects]
    return {"id": f"e{number}", "type": kind, "time": at, "attributes": [], "relationships": related} | more


def ocel(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A log of two cases, with the usual events or others."""
    usual = (
        event(1, "Antrag", "2024-01-08T07:00:00Z", "A1"),
        event(2, "Beratung", "2024-01-09T08:30:00Z", "A1"),
        event(3, "Antrag", "2024-01-10T09:00:00Z", "B2"),
    )
    return {
        "objectTypes": [{"name": "fall", "attributes": []}],
        "eventTypes": [{"name": name, "attributes": []} for name in ("Antrag", "Beratung")],
        "objects": [{"id": name, "type": "fall", "attributes": [], "relationships": []} for name in ("A1", "B2")],
        "events": list(events or usual),
    } | more


def said(log: dict[str, Any], indent: int | None = 1) -> bytes:
    """The log as JSON."""
    return json.dumps(log, ensure_ascii=False, indent=indent).encode()


def cases() -> Iterator[Case]:
    """All files of this group."""
    yield from _sound()
    yield from _contradicting()
    yield from _broken()
    yield from _others()


def _sound() -> Iterator[Case]:
    yield accept(G, "json", "I16", said(ocel()), ROWS, **JSON)
    yield accept(G, "json_on_one_line", "I16", said(ocel(), None), ROWS, **JSON)
    yield accept(G, "json_packed", "I16", pack(said(ocel())), ROWS, **{**JSON, "file": "log.json.gz"})
    turned = dict(reversed(list(ocel().items())))
    yield accept(G, "events_before_their_objects", "I16", said(turned), ROWS, **JSON)
    yield accept(G, "no_type_named", "I16", said(ocel()), ROWS, **{**JSON, "options": {}})
    both = event(1, "Antrag", "2024-01-08T07:00:00Z", "A1", "B2")
    told = ("1 events? became 2 rows of 2 cases",)
    yield accept(G, "an_event_of_two_cases", "I16", said(ocel(both)), ROWS[:1], says=told, **JSON)
    yield reject(
        G, "a_type_that_is_not_there", "I16", said(ocel()), "fall", **{**JSON, "options": {"object_type": "x"}}
    )
    numbers: list[dict[str, Any]] = [
        {"id": name, "type": "fall", "attributes": [], "relationships": []} for name in ("007", "NA")
    ]
    odd = ocel(
        event(1, "1e5", "2024-01-08T07:00:00Z", "007"), event(2, "NA", "2024-01-08T07:00:00Z", "NA"), objects=numbers
    )
    rows = [("007", "1e5", ROWS[0][2], ""), ("NA", "NA", ROWS[0][2], "")]
    yield accept(G, "texts_stay_what_they_are", "I6", said(odd), rows, **JSON)


def _contradicting() -> Iterator[Case]:
    usual = ocel()["events"]
    for name, bad, reason in (
        ("a_relation_to_nothing", event(2, "Beratung", "2024-01-09T08:30:00Z", "Z9"), "dangling_object"),
        ("an_event_of_no_case", event(2, "Beratung", "2024-01-09T08:30:00Z"), "no_case_object"),
        ("a_time_that_is_none", event(2, "Beratung", "gestern", "A1"), "unreadable_timestamp"),
        ("year_9999", event(2, "Beratung", "9999-12-31T00:00:00Z", "A1"), "implausible_year"),
        ("an_empty_type", event(2, "", "2024-01-09T08:30:00Z", "A1"), "missing_activity|unknown_type|undeclared_event"),
    ):
        data = said(ocel(usual[0], bad, usual[2]))
        line = _line(data, '"id": "e2"')
        kept = (ROWS[0], ROWS[2])
        yield partial(G, name, "I16", data, [(line, reason)], accepted=2, rows=kept, **JSON)
    twice = said(ocel(usual[0], usual[1], {**usual[2], "id": "e2"}))
    line = _line(twice, '"id": "e2"', last=True)
    yield partial(G, "an_event_id_twice", "I16", twice, [(line, "duplicate_event_id")], rows=ROWS[:2], **JSON)
    objects = [*ocel()["objects"], {"id": "A1", "type": "x", "attributes": [], "relationships": []}]
    data = said(ocel(objects=objects))
    lines = [(_line(data, f'"id": "e{number}"'), "duplicate_object_id") for number in (1, 2)]
    yield partial(G, "an_object_of_two_types", "I16", data, lines, rows=ROWS[2:], **JSON)


def _line(data: bytes, mark: str, *, last: bool = False) -> int:
    """The line of the brace before a mark."""
    text = data.decode()
    return text[: text.rindex(mark) if last else text.index(mark)].count("\n")


def _broken() -> Iterator[Case]:
    whole = said(ocel())
    for name, data in (
        ("cut_off", whole[: len(whole) // 2]),
        ("cut_off_before_the_last_brace", whole.rstrip()[:-1]),
        ("junk_after_the_end", whole + b"{}"),
        ("empty", b""),
        ("a_list", b"[]"),
        ("no_json", b"fall;schritt\n1;2\n"),
        ("a_key_twice", whole.replace(b'"type": "Beratung"', b'"type": "Beratung", "type": "Antrag"')),
        ("not_a_number", whole.replace(b'"type": "Beratung"', b'"type": NaN')),
        ("a_lone_surrogate", whole.replace(b"Beratung", rb"Ber\ud800")),
        ("a_byte_that_is_not_utf8", whole.replace(b"Beratung", b"Ber\xff")),
        ("200_levels_deep", whole.replace(b'"attributes": []', b'"attributes": ' + b"[" * 200 + b"]" * 200, 1)),
        ("100000_levels_deep", b'{"events": ' + b"[" * 100_000),
        ("ocel_1", b'{"ocel:events": {}, "ocel:objects": {}}'),
    ):
        yield reject(G, name, "I16", data, r"log\.json", **JSON)
    yield reject(G, "no_events", "I8", said(ocel() | {"events": []}), **JSON)


def _xml(head: str = "") -> bytes:
    objects = "".join(f'<object id="{name}" type="fall"/>\n' for name in ("A1", "B2"))
    events = "".join(
        f'<event id="{one["id"]}" type="{one["type"]}" time="{one["time"]}"><objects>'
        f'<relationship object-id="{one["relationships"][0]["objectId"]}" qualifier="q"/></objects></event>\n'
        for one in ocel()["events"]
    )
    kinds = '<object-types><object-type name="fall"><attributes/></object-type></object-types>\n<event-types>'
    kinds += '<event-type name="Antrag"/><event-type name="Beratung"/></event-types>\n'
    body = f"<objects>\n{objects}</objects>\n<events>\n{events}</events>\n"
    return f'<?xml version="1.0"?>\n{head}<log>\n{kinds}{body}</log>\n'.encode()


def _sqlite(*more: str) -> Any:
    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as con:
            con.executescript(
                "CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);"
                "CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);"
                "CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"
                "CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);"
                "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);"
                "CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);"
                "CREATE TABLE event_Antrag (ocel_id TEXT, ocel_time TEXT);"
                "CREATE TABLE event_Beratung (ocel_id TEXT, ocel_time TEXT);"
                "CREATE TABLE object_fall (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT);"
                "INSERT INTO event_map_type VALUES ('Antrag', 'Antrag'), ('Beratung', 'Beratung');"
                "INSERT INTO object_map_type VALUES ('fall', 'fall');"
                "INSERT INTO object VALUES ('A1', 'fall'), ('B2', 'fall');"
                "INSERT INTO object_fall VALUES ('A1', '1970-01-01', NULL), ('B2', '1970-01-01', NULL);"
            )
            for one in ocel()["events"]:
                con.execute("INSERT INTO event VALUES (?, ?)", (one["id"], one["type"]))
                con.execute(f"INSERT INTO event_{one['type']} VALUES (?, ?)", (one["id"], one["time"]))
                target = one["relationships"][0]["objectId"]
                con.execute("INSERT INTO event_object VALUES (?, ?, 'q')", (one["id"], target))
            for statement in more:
                con.execute(statement)
            con.commit()

    return make


def _others() -> Iterator[Case]:
    yield accept(G, "xml", "I16", _xml(), ROWS, **XML)
    yield reject(G, "xml_with_a_doctype", "I10", _xml('<!DOCTYPE log SYSTEM "canary.txt">\n'), "DOCTYPE", r":2", **XML)
    yield reject(G, "xml_cut_off", "I16", _xml()[:-20], r"log\.xml", **XML)
    yield reject(G, "xml_of_another_kind", "I16", b"<html/>", **XML)
    yield accept(G, "sqlite", "I16", _sqlite(), ROWS, **SQLITE)
    endless = "CREATE VIEW v AS WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT * FROM x"
    yield accept(G, "sqlite_with_an_endless_view", "I16", _sqlite(endless), accepted=3, **SQLITE)
    swap = ("DROP TABLE event_Antrag", "CREATE VIEW event_Antrag AS SELECT 'e1' AS ocel_id, 'x' AS ocel_time")
    yield reject(G, "sqlite_with_a_view_for_a_table", "I16", _sqlite(*swap), **SQLITE)
    trigger = "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END"
    yield reject(G, "sqlite_with_a_trigger", "I16", _sqlite(trigger), "trigger", **SQLITE)
    yield reject(G, "sqlite_of_another_kind", "I16", _sqlite("DROP TABLE event"), "event", **SQLITE)
    yield reject(G, "sqlite_that_is_text", "I16", b"SQLite format 3\0" + b"x" * 4096, **SQLITE)
