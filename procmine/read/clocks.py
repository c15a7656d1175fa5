"""Clocks: SQL for time columns: each value parsed once, placed in its zone, refused where it is no time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procmine.engines.duckdb import DuckDB, literal
from procmine.errors import InputError
from procmine.read.raw import RawFile
from procmine.read.source import Source
from procmine.read.tally import Tally, count_unreadable
from procmine.read.times import (
    DATE_SHAPES,
    FIRST_YEAR,
    LAST_YEAR,
    SHAPES,
    parsing,
    shape_counts,
    to_local,
    to_utc,
    years,
)
from procmine.schema import Schema


@dataclass(frozen=True, slots=True)
class Clock:
    """One time column in two steps of SQL, so that each value is parsed once: ``parsed`` from the raw cell, and from
    that what the event is ``given``, or the ``fault`` that refuses it."""

    parsed: Mapping[str, str]
    given: Mapping[str, str]
    fault: str


def clocks_of(
    engine: DuckDB,
    raw: RawFile,
    table: str,
    matched: Mapping[str, int],
    source: Source,
    schema: Schema,
    tally: Tally,
) -> list[Clock]:
    """A clock for every time column; that of the event itself comes first."""
    clocks = []
    for name, position in matched.items():
        if schema.importable[name].kind != "timestamp":
            continue
        cell = f"c{position}"
        counts = engine.run(shape_counts(cell, table))
        formats = _formats(raw, name, counts, source, tally)
        read = parsing(f"r.{cell}", formats, tuple(row[0] for row in counts) or ("iso_local",))
        low, high = years(engine, table, cell, counts, read)
        naive, instant = f"{name}_naive", f"{name}_instant"
        utc, doubt = to_utc(naive, source.zone, low, high, source.overlap)
        local = to_local(instant, source.zone, low, high)
        parsed = {naive: read.naive, instant: read.instant}
        given = {name: f"COALESCE({instant}, {utc})"}
        day = f"CAST(COALESCE({naive}, {local}) AS DATE)"
        sane = f"year(COALESCE({naive}, {instant})) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"
        fault = ""
        if name == "timestamp":
            dates = ", ".join(literal(shape) for shape in (*DATE_SHAPES, "declared_date"))
            parsed |= {"date_only": f"{read.shape} IN ({dates})", "timestamp_cell": f"r.{cell}"}
            given |= {"local_date": day, "date_only": "date_only"}
            fault = (
                "CASE WHEN timestamp_cell IS NULL OR timestamp_cell = '' THEN 'missing_timestamp' "
                f"WHEN {naive} IS NULL AND {instant} IS NULL THEN 'unreadable_timestamp' "
                f"WHEN NOT {sane} THEN 'implausible_year' "
                # A day without a time is a day, whatever the clocks did at its midnight.
                f"WHEN {naive} IS NOT NULL AND NOT date_only THEN {doubt} ELSE '' END"
            )
        else:
            # The same tests as for the event's own time, but a value that fails is empty and counted, the row stays.
            unsure = f"({naive} IS NOT NULL AND {doubt} <> '')"
            columns = f"r.line, r.{cell} AS cell, {read.naive} AS {naive}, {read.instant} AS {instant}"
            source_of = f"(SELECT {columns} FROM {table} AS r)"
            bad = f"cell <> '' AND ({sane} AND NOT {unsure}) IS NOT TRUE"
            count_unreadable(engine, f"{source_of} AS t", name, bad, tally)
            given = {name: f"CASE WHEN {sane} AND NOT {unsure} THEN {given[name]} END"}
            if made := {"planned_at": "planned_date", "requested_at": "requested_date"}.get(name):
                given[made] = f"CASE WHEN {sane} THEN {day} END"
        clocks.append(Clock(parsed, given, fault))
    return clocks


def _formats(raw: RawFile, name: str, counts: Sequence[Sequence[Any]], source: Source, tally: Tally) -> tuple[str, ...]:
    """The declared formats, or none: ISO and TT.MM.JJJJ are read without. Refuses what would be a guess."""
    if source.formats:
        how = {"de": "so angegeben", "en": "declared"}
        tally.decisions.append({"what": f"{name} format", "value": ", ".join(source.formats), "how": how})
        return source.formats
    other = next((row for row in counts if row[0] == "other"), None)
    known = sum(row[1] for row in counts if row[0] in SHAPES)
    if other is not None and name == "timestamp" and other[1] > known:
        line, value = other[2], other[3]
        masked = "".join("9" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in value)
        raise InputError(
            f"The times look like {masked}; {_readings(masked)}",
            where=f"{raw.name}:{line}",
            hint=f"Declare the order in a source file: [time] formats = {_advice(masked)}.",
        )
    for shape, count, *_ in counts:
        if shape in SHAPES:
            how = {"de": f"{count} Werte dieser Form", "en": f"{count} values of this shape"}
            tally.decisions.append({"what": f"{name} format", "value": shape, "how": how})
    return ()


def _advice(masked: str) -> str:
    """The two formats a value of this shape can have, as a source file writes them."""
    sign = "/" if "/" in masked else "-" if "-" in masked else "."
    time = " %H:%M:%S" if masked.count(":") == 2 else " %H:%M" if ":" in masked else ""
    return f'["%d{sign}%m{sign}%Y{time}"] or ["%m{sign}%d{sign}%Y{time}"]'


def _readings(masked: str) -> str:
    if "/" in masked or masked.count("-") >= 2:
        return "this can be day before month or month before day."
    return "this is neither ISO 8601 nor TT.MM.JJJJ."
