"""What of a log is written: its columns in the order of the schema, each as SQL text, and the log piece by piece.

Unknown stays NULL and is written as nothing. Names are those of the store: pseudonyms, unless the source said that its
names are none. Where caseworkers are numbered within a case only, their number stands behind the case's name, so that
nobody takes two persons for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from procmine.engines.base import Engine
from procmine.engines.duckdb import literal, quoted
from procmine.log import Log, open_store
from procmine.write.times import iso_text, offsets

ROWS = 50_000  # events in one piece; a case is never split
# Events with the names of their case and caseworker; ``e``, ``c`` and ``w`` in the SQL of this room.
EVENTS = "events AS e JOIN case_names AS c ON c.case_id = e.case_id LEFT JOIN worker_names AS w ON w.worker = e.worker"
CASE = "c.name"


@dataclass(frozen=True, slots=True)
class Written:
    """A column to be written: ``key`` is its XES name, ``of_case`` whether it says the same on every event of a case,
    ``sql`` its value as text."""

    name: str
    key: str
    kind: str
    of_case: bool
    sql: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A log about to be written: ``days_only`` whether any event has a day and no time, ``empty`` the columns that the
    export has and that are nowhere filled, ``places`` the offices where the export names none and the store has one."""

    engine: Engine
    columns: tuple[Written, ...]
    days_only: bool
    empty: tuple[str, ...]
    office: str | None

    def column(self, name: str) -> Written | None:
        """The column of that name, None where the log has none."""
        return next((column for column in self.columns if column.name == name), None)


def sheet_of(log: Log) -> Sheet:
    """What is to be written of a log."""
    engine = (open_store(log.store, log.schema).engine if log.engine.dialect != "duckdb" else log.engine).beside()
    offices = [row[0] for row in engine.run("SELECT DISTINCT office FROM events ORDER BY office NULLS FIRST")]
    told = "office" not in log.absent or len(offices) > 1
    present = [n for n in log.schema.importable if (n not in log.absent and n != "office") or (n == "office" and told)]
    filled = _filled(engine, present)
    constant = _constant(engine, log, filled)
    local = log.receipt["pseudonyms"]["workers"] == "case-local"
    shown = _shown_times(engine, str(log.receipt["zone"]))
    columns = tuple(
        Written(
            name,
            log.schema.importable[name].xes or f"jc:{name}",
            log.schema.importable[name].kind,
            name in constant,
            _text(name, log.schema.importable[name].kind, log.schema.importable[name].holds, local, shown),
        )
        for name in filled
    )
    days_only = bool(engine.run("SELECT COALESCE(bool_or(date_only), FALSE) FROM events")[0][0])
    empty = tuple(name for name in present if name not in filled)
    return Sheet(engine, columns, days_only, empty, None if told or not offices else offices[0])


def pieces(sheet: Sheet, select: Mapping[str, str], where: str = "TRUE") -> Iterator[dict[str, Any]]:
    """The result of ``select`` (name to SQL) over the events, in the order of cases and events, a piece of whole cases
    at a time; texts that are not there are None."""
    wanted = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in select.items())
    for low, high in spans(sheet.engine):
        span = f"e.case_id BETWEEN {low} AND {high} AND {where}"
        found = sheet.engine.columns(f"SELECT {wanted} FROM {EVENTS} WHERE {span} ORDER BY e.case_id, e.event_no")
        yield {name: _unmasked(values) for name, values in found.items()}


def spans(engine: Engine) -> Iterator[tuple[int, int]]:
    """First and last case of each piece."""
    import numpy as np

    counted = engine.columns("SELECT case_id, COUNT(*) AS events FROM events GROUP BY case_id ORDER BY case_id")
    case, piece = counted["case_id"], (np.cumsum(counted["events"]) - 1) // ROWS
    begins = np.flatnonzero(np.concatenate(([True], piece[1:] != piece[:-1])))[: len(case)]
    ends = np.append(begins[1:] - 1, len(case) - 1)
    yield from zip(case[begins].tolist(), case[ends[: len(begins)]].tolist(), strict=True)


def _unmasked(values: Any) -> Any:
    """numpy shows an empty cell as a masked one, behind which the text of something else may lie."""
    import numpy as np

    if not isinstance(values, np.ma.MaskedArray):
        return values
    plain = np.array(values.data, dtype=object)
    plain[np.ma.getmaskarray(values)] = None
    return plain


def joined(texts: Any) -> str:
    """The texts of a piece as one; nothing for what is not there."""
    return "".join(text for text in texts.tolist() if text)


def with_signs(sheet: Sheet, sql: str, pattern: str) -> int:
    """How many different texts of a column hold a sign of that pattern: most columns need no escaping at all."""
    distinct = f"(SELECT DISTINCT {sql} AS text FROM {EVENTS})"
    test = f"regexp_matches(text, {literal(pattern)})"
    return int(sheet.engine.run(f"SELECT COUNT(*) FILTER (WHERE {test}) FROM {distinct}")[0][0])


def counts(engine: Engine) -> tuple[int, int]:
    """Cases and events of a log."""
    cases, events = engine.run("SELECT COUNT(DISTINCT case_id), COUNT(*) FROM events")[0]
    return int(cases), int(events)


def _filled(engine: Engine, names: list[str]) -> list[str]:
    found = engine.run(f"SELECT {', '.join(f'COUNT({quoted(name)})' for name in names)} FROM events")[0]
    return [name for name, many in zip(names, found, strict=True) if many]


def _constant(engine: Engine, log: Log, names: list[str]) -> frozenset[str]:
    """The columns that stand on the case in XES and say one thing on all its events. A column that does not is written
    event by event, as the log has it: which of its values is the case's is not for an export to say."""
    told = [name for name in names if log.schema.importable[name].level == "trace"]
    same = ", ".join(
        f"COUNT({quoted(n)}) IN (0, COUNT(*)) AND MIN({quoted(n)}) IS NOT DISTINCT FROM MAX({quoted(n)}) AS s{k}"
        for k, n in enumerate(told)
    )
    every = ", ".join(f"bool_and(s{k})" for k in range(len(told)))
    found = engine.run(f"SELECT {every} FROM (SELECT {same} FROM events GROUP BY case_id)")[0]
    return frozenset(name for name, constant in zip(told, found, strict=True) if constant)


def _shown_times(engine: Engine, zone: str) -> list[tuple[datetime, int]]:
    columns = ("timestamp", "started_at", "planned_at", "requested_at", "recorded_at")
    ends = ", ".join(f"MIN({name}), MAX({name})" for name in columns)
    found = [moment for moment in engine.run(f"SELECT {ends} FROM events")[0] if moment is not None]
    now = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    return offsets(zone, min(found, default=now), max(found, default=now))


def _text(name: str, kind: str, holds: str, local: bool, changes: list[tuple[datetime, int]]) -> str:
    own = f"e.{quoted(name)}"
    if name == "case_id":
        return CASE
    if holds == "worker":
        worker = "w.name" if name == "worker" else own
        return f"{CASE} || {literal('/')} || {worker}" if local else worker
    if kind == "timestamp":
        return iso_text(own, changes)
    if kind == "number":  # never 1e-05: a number is read back in digits only
        plain = f"rtrim(CAST(CAST({own} AS DECIMAL(38, 15)) AS VARCHAR), '0')"
        return f"CASE WHEN contains(CAST({own} AS VARCHAR), 'e') THEN {plain} ELSE CAST({own} AS VARCHAR) END"
    return own if kind in ("text", "code", "list", "key") else f"CAST({own} AS VARCHAR)"
