"""Clocks: SQL for time columns: each value parsed once, placed in its zone, refused where it is no time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procmine.engines.duckdb import DuckDB, literal
from procmine.errors import InputError
from procmine.read.raw import RawFile
from procmine.read.source import Source
from procmine.read.tally import Tally, count_unreadable
from procmine.read.times.parsing import (
    DATE_SHAPES,
    FIRST_YEAR,
    LAST_YEAR,
    MICROSECONDS,
    SHAPES,
    finer_than_microseconds,
    parsing,
    shape_counts,
    to_local,
    to_utc,
    years,
)
from procmine.read.times.readings import other_masks, readings
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
        formats = _formats(engine, raw, table, cell, name, counts, source, tally)
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


def _formats(
    engine: DuckDB,
    raw: RawFile,
    table: str,
    cell: str,
    name: str,
    counts: Sequence[Sequence[Any]],
    source: Source,
    tally: Tally,
) -> tuple[str, ...]:
    """The declared formats, or none: ISO and TT.MM.JJJJ are read without. Refuses what would be a guess."""
    if source.formats:
        how = {"de": "so angegeben", "en": "declared"}
        tally.decisions.append({"what": f"{name} format", "value": ", ".join(source.formats), "how": how})
    elif name == "timestamp" and any(row[0] == "other" for row in counts):
        _refuse_ambiguous(engine, raw, table, cell, sum(row[1] for row in counts if row[0] in SHAPES))
    for shape, count, *_ in counts:
        if shape in SHAPES and not source.formats:
            how = {"de": f"{count} Werte dieser Form", "en": f"{count} values of this shape"}
            tally.decisions.append({"what": f"{name} format", "value": shape, "how": how})
    if any(row[6] > MICROSECONDS for row in counts) and (
        finer := engine.run(finer_than_microseconds(cell, table))[0][0]
    ):
        how = {
            "de": f"{finer} Werte haben mehr als sechs Nachkommastellen; der Rest ist abgeschnitten",
            "en": f"{finer} values have more than six decimals; the rest is cut off",
        }
        tally.decisions.append({"what": f"{name} fraction", "value": "microseconds", "how": how})
    return source.formats


def _refuse_ambiguous(engine: DuckDB, raw: RawFile, table: str, cell: str, known: int) -> None:
    """Raise InputError where most values, or all, need a declaration: refused once, not row by row."""
    shapes = [(str(mask), int(count), int(line)) for mask, count, line in engine.run(other_masks(cell, table))]
    declarable = [shape for shape in shapes if readings(shape[0])]
    if sum(count for _, count, _ in declarable) <= known and known:
        return
    mask, _, line = (declarable or shapes)[0]
    found = readings(mask)
    said = "; ".join(dict.fromkeys(reading.meaning for reading in found)) or (
        "a time zone written as a name does not say which offset is meant"
        if re.search(r"9\s*x+(/x+)?$", mask)
        else "this is neither ISO 8601 nor TT.MM.JJJJ"
    )
    advice = " or ".join(f'["{reading.format}"]' for reading in found) or '["…"] with strptime codes'
    raise InputError(
        f"The times look like {mask}: {said}.",
        where=f"{raw.name}:{line}",
        hint=f"Declare it in a source file: [time] formats = {advice}.",
    )
