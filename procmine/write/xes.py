"""Write a log as XES (IEEE 1849-2016), a piece at a time: standard extensions, and the domain's own under ``jc:``.

An attribute that is not there was not recorded. A day without a time stands at its first minute, because XES knows no
days; what is known of it then stands beside it as ``timestamp``, so that a reader can tell midnight from a day.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from procmine.engines.duckdb import literal
from procmine.write.columns import EVENTS, Sheet, Written, joined, pieces, with_signs

TYPES = {"timestamp": "date", "integer": "int", "number": "float", "boolean": "boolean"}
EXTENSIONS = {
    "Concept": ("concept", "http://www.xes-standard.org/concept.xesext"),
    "Time": ("time", "http://www.xes-standard.org/time.xesext"),
    "Organizational": ("org", "http://www.xes-standard.org/org.xesext"),
    "Lifecycle": ("lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    "Identity": ("identity", "http://www.xes-standard.org/identity.xesext"),
    "Job centre": ("jc", "urn:procmine:xes:jc"),
}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/" xes.version="1849.2016" xes.features="">
{extensions}
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
</global>
<classifier name="Activity" scope="event" keys="concept:name"/>
"""
# What XML reads as something else inside a value, and what XML 1.0 does not know at all.
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_UNKNOWN = {sign: f"\\x{sign:02x}" for sign in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
_ANY_UNKNOWN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"
_ANY_REFERENCE = '[&<>"\t\n\r]'
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def write_xes(sheet: Sheet, put: Callable[[str], object]) -> tuple[str, ...]:
    """Hand the file's text to ``put`` piece by piece. Returns warnings."""
    told = "\n".join(
        f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>' for name, (prefix, uri) in EXTENSIONS.items()
    )
    put(HEAD.format(extensions=told))
    escaping = _Escaping(sheet)
    of_case = ", ".join(_attribute(sheet, column, escaping) for column in sheet.columns if column.of_case)
    of_event = [_attribute(sheet, column, escaping) for column in sheet.columns if not column.of_case]
    of_event += [_known_time(sheet)] if sheet.days_only else []
    first = sheet.engine.run("SELECT MIN(case_id) FROM events")[0][0]
    begin = f"concat(CASE WHEN e.case_id > {int(first)} THEN '</trace>\n' END, '<trace>\n', {of_case})"
    event = f"concat('<event>\n', {', '.join(of_event)}, '</event>\n')"
    for piece in pieces(sheet, {"text": f"concat(CASE WHEN e.event_no = 1 THEN {begin} END, {event})"}):
        put(joined(piece["text"]))
    put("</trace>\n</log>\n")
    return escaping.warnings()


class _Escaping:
    """How the texts of a log become values of XML; a column in which nothing needs it is taken as it is."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._strange = 0

    def of(self, sql: str) -> str:
        """SQL for a text as XML writes it."""
        references = with_signs(self._sheet, sql, _ANY_REFERENCE)
        strange = with_signs(self._sheet, sql, _ANY_UNKNOWN)
        self._strange += strange
        if strange:
            for sign, shown in _UNKNOWN.items():
                sql = f"replace({sql}, chr({sign}), {literal(shown)})"
        if references:
            for plain, reference in _REFERENCES.items():
                sql = f"replace({sql}, {literal(plain)}, {literal(reference)})"
        return sql

    def warnings(self) -> tuple[str, ...]:
        """What could not be written as it is."""
        many = self._strange
        return (f"{many} different texts hold signs XML does not know; they stand as \\x1b and the like.",) * bool(many)


def _attribute(sheet: Sheet, column: Written, escaping: _Escaping) -> str:
    """SQL for an attribute's tag, NULL where nothing is known. A day is a text: XES knows no days."""
    kind = TYPES.get(column.kind, "string")
    if column.key == "identity:id" and _all_uuids(sheet, column):
        kind = "id"
    plain = column.kind in ("timestamp", "date", "integer", "number", "boolean")
    return _tag(kind, column.key, column.sql if plain else escaping.of(column.sql))


def _all_uuids(sheet: Sheet, column: Written) -> bool:
    """Whether every value is what XES calls an id: other readers refuse an id that is none."""
    test = f"bool_and(regexp_full_match({column.sql}, {literal(_UUID)}))"
    return bool(sheet.engine.run(f"SELECT {test} FROM {EVENTS}")[0][0])


def _known_time(sheet: Sheet) -> str:
    """SQL for what is known of an event's time: the day alone where the log has no more."""
    time = sheet.column("timestamp")
    assert time is not None  # noqa: S101  # a log without times is not imported
    return _tag("string", "timestamp", f"CASE WHEN e.date_only THEN CAST(e.local_date AS VARCHAR) ELSE {time.sql} END")


def _tag(kind: str, key: str, value: str) -> str:
    begin = f'<{kind} key="{html.escape(key)}" value="'
    return f"{literal(begin)} || ({value}) || '\"/>\n'"
