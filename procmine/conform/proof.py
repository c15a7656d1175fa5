"""The proof of norms: their worked examples played through the engine, and where the states differ from those drawn.

Examples that are watched on the same days are played together, each case under the number of its norm: a case is judged
alone, so that many examples cost little more than one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any

from procmine.conform.items import fill_ground, items_query
from procmine.content import one, place_of, read_text
from procmine.engines.duckdb import TYPES, DuckDB, connect, literal, quoted
from procmine.errors import ContentError
from procmine.norms import Norm, Norms
from procmine.schema import Schema
from procmine.sql import read_query, together, write

Row = tuple[str, date, str, str]


@dataclass(frozen=True, slots=True)
class Proven:
    """Norms whose worked examples came out in the engine, with the vocabulary they were played in."""

    norms: Norms
    schema: Schema


def prove(norms: Norms, schema: Schema, study: Path | None = None) -> Proven:
    """The norms, proven. Raises ContentError for every worked example that the norm itself contradicts."""
    cases, engine = cases_query(schema, study), connect()
    try:
        found = differences(norms, schema, cases, engine)
    finally:
        engine.connection.close()
    faults = [
        ContentError(f"The worked example of {norm.name} does not come out: {what}", where=norm.example.place)
        for norm, told in zip(norms.norms, found, strict=True)
        for what in told
    ]
    if faults:
        raise together(faults)
    return Proven(norms, schema)


def cases_query(schema: Schema, study: Path | None = None) -> str:
    """The derived table cases as a statement for DuckDB."""
    derived = one("event_logs/derived", "cases", ".sql", study)
    return write(read_query(read_text(derived), where=place_of(derived), tables=schema.all_columns()), "duckdb")


def differences(norms: Norms, schema: Schema, cases: str, engine: DuckDB) -> list[tuple[str, ...]]:
    """For each norm what it finds otherwise than its worked example draws, a sentence each; empty if it holds.
    ``cases`` is the statement of the derived table; the engine's temporary tables of these names are made anew."""
    numbered = list(enumerate(norms.norms))
    found: dict[int, tuple[str, ...]] = {}
    for _, together_ in groupby(sorted(numbered, key=_alike), key=_alike):
        several = list(together_)
        events = [
            {**event, "case_id": f"{number} {event['case_id']}"} for number, norm in several for event in _events(norm)
        ]
        play(engine, events, several[0][1].example.watched, schema, cases)
        ground = fill_ground(engine, norms, [norm for _, norm in several])
        for number, norm in several:
            mine = f"{number} "
            rows = engine.run(
                f"SELECT SUBSTRING(case_id, {len(mine) + 1}), on_date, state, COALESCE(why, '') "
                f"FROM ({items_query(norm, ground)}) AS items WHERE STARTS_WITH(case_id, '{mine}')"
            )
            found[number] = _differing(norm, Counter((row[0], row[1], row[2], row[3]) for row in rows))
    return [found[number] for number, _ in numbered]


def _alike(numbered: tuple[int, Norm]) -> tuple[date, date, bool]:
    """What examples must have in common to be played together: the days watched, and whether some event is completed,
    because in a log without any such event all of them count as steps."""
    events = numbered[1].example.events
    begun = events.columns.index("lifecycle") if "lifecycle" in events.columns else None
    completed = begun is None or any(row[begun] in (None, "complete") for row in events.rows)
    return *numbered[1].example.watched, completed


def _differing(norm: Norm, found: Counter[Row]) -> tuple[str, ...]:
    result = norm.example.result
    drawn = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    wanted = Counter((str(r["case"]), r["on"], str(r["state"]), str(r.get("why") or "")) for r in drawn)
    return (*_told("The norm finds", found - wanted), *_told("The example draws", wanted - found))


def _told(who: str, rows: Counter[Row]) -> Iterable[str]:
    for (case, day, state, why), times in sorted(rows.items()):
        yield f"{who} case {case}, {day}: {state}{f' ({why})' if why else ''}{f' {times} times' if times > 1 else ''}."


def _events(norm: Norm) -> list[dict[str, Any]]:
    """The drawn events with their moments; one without a time bears a day only."""
    drawn = norm.example.events
    rows = [dict(zip(drawn.columns, row, strict=True)) for row in drawn.rows]
    events = []
    for row in rows:
        clock = row.pop("time", None)
        try:
            at = time.fromisoformat(clock) if clock else time()
        except ValueError as fault:
            raise ContentError(f"{clock} is no time of day.", where=norm.example.place, hint="Write 08:30.") from fault
        day = row.pop("on")
        moment = {"timestamp": datetime.combine(day, at), "local_date": day, "date_only": not clock}
        events.append({**row, **moment, "case_id": row.pop("case")})
    return events


def play(
    engine: DuckDB,
    events: Iterable[Mapping[str, Any]],
    watched: tuple[date, date],
    schema: Schema,
    cases: str,
) -> None:
    """Make the temporary tables a norm reads of some events: events, cases (by that query) and observation."""
    ordered = sorted(events, key=lambda event: event["timestamp"])
    counts: dict[Any, int] = {}
    numbered = []
    for event in ordered:
        counts[event["case_id"]] = counts.get(event["case_id"], 0) + 1
        numbered.append({**event, "event_no": counts[event["case_id"]]})
    _keep(engine, "events", schema.tables["events"].kinds(), numbered)
    first, last = watched
    _keep(engine, "observation", schema.tables["observation"].kinds(), [{"first_day": first, "last_day": last}])
    engine.keep("cases", cases)


def _keep(engine: DuckDB, table: str, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """A temporary table of a few rows, each value a literal; columns that no row has are empty."""
    given = [name for name in kinds if any(name in row for row in rows)]
    columns = [
        f"CAST({quoted(name) if name in given else 'NULL'} AS {TYPES[kind]}) AS {quoted(name)}"
        for name, kind in kinds.items()
    ]
    if not given:
        engine.keep(table, f"SELECT {', '.join(columns)} WHERE FALSE")
        return
    values = ", ".join(f"({', '.join(_cell(row.get(name)) for name in given)})" for row in rows)
    listed = ", ".join(map(quoted, given))
    engine.keep(table, f"SELECT {', '.join(columns)} FROM (VALUES {values}) AS drawn({listed})")


def _cell(given: Any) -> str:
    return "CAST(NULL AS VARCHAR)" if given is None else literal(str(given))
