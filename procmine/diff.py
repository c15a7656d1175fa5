"""Diff: two extracts of one period side by side: which events were added, changed, removed, by office and month.

An event is recognised by its case and event id where every event of both extracts has one; else by its case, activity
and time, where several are alike by their order. Cases are recognised by their pseudonyms, so both extracts must have
been imported with one key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from procmine.engines.duckdb import DuckDB, connect, literal, quoted
from procmine.errors import InputError
from procmine.findings import Changed, Difference, Measurement, Moved
from procmine.log import Log, show_events

# Made at import; what they say is said by the columns they come from, or belongs to the delivery and not to the event.
_OURS = {
    "case_id",
    "event_no",
    "file_no",
    "line",
    "position",
    "activity_code",
    "worker",
    "local_date",
    "planned_date",
    "requested_date",
}


def differ(before: Log, after: Log, *, start: date | None = None, end: date | None = None) -> Difference:
    """What changed from ``before`` to ``after``. Raises InputError where their cases cannot be recognised."""
    _one_key(before, after)
    engine = connect()
    for side, log in (("earlier", before), ("later", after)):
        _show(engine, log, side, start, end)
    columns = _columns(before, after)
    by_id = _every_event_has_an_id(engine, before, after)
    _match(engine, ("event_id",) if by_id else ("activity", "timestamp"), columns)
    parts = tuple(
        Changed(*row)
        for row in engine.run(
            f"SELECT office, month, {_COUNTS} FROM matched GROUP BY office, month ORDER BY office, month"
        )
    )
    return Difference(
        names=(before.name, after.name),
        periods=(_period(before), _period(after)),
        matched_by="event_id" if by_id else "case, activity, timestamp",
        whole=Changed("", "", *engine.run(f"SELECT {_COUNTS} FROM matched")[0]),
        parts=parts,
        columns=_changed_columns(engine, columns),
        only=_only(before, after),
    )


def moves(before: Sequence[Measurement], after: Sequence[Measurement]) -> tuple[Moved, ...]:
    """Figures of two extracts beside each other, those of one group together; what only one has is left out."""
    later = {_key(one): one for one in after}
    return tuple(Moved(one, later[_key(one)], _change(one, later[_key(one)])) for one in before if _key(one) in later)


def _key(one: Measurement) -> tuple[object, ...]:
    return one.metric, tuple(sorted(one.group.items())), one.period


def _change(before: Measurement, after: Measurement) -> float | None:
    if before.value is None or after.value is None:
        return None
    return after.value - before.value


def _one_key(before: Log, after: Log) -> None:
    """Cases are told by their pseudonyms: those of two keys have nothing in common."""
    rules: list[Mapping[str, str]] = [log.receipt["pseudonyms"] for log in (before, after)]
    if rules[0] != rules[1]:
        raise InputError(
            "The two extracts were imported with different keys or rules for pseudonyms: no case can be recognised.",
            where=f"{before.store} / {after.store}",
            hint="Import both with one source file, on the machine that has the key.",
        )


def _show(engine: DuckDB, log: Log, side: str, start: date | None, end: date | None) -> None:
    """The events of one extract under names that both share."""
    files = [log.store / "events" / f"{office['partition']:04d}.parquet" for office in log.receipt["offices"]]
    show_events(engine, log.schema, files, view=f"{side}_events")
    # Case-local numbers of workers mean the same in both only while nobody joins or leaves the case.
    local = log.receipt["pseudonyms"]["workers"] == "case-local"
    worker = "CAST(NULL AS VARCHAR)" if local else "w.name"
    days = [f"e.local_date >= DATE {literal(start.isoformat())}"] if start else []
    days += [f"e.local_date <= DATE {literal(end.isoformat())}"] if end else []
    engine.connection.execute(
        f"CREATE VIEW {side} AS SELECT c.name AS case_name, {worker} AS worker_name, e.* "
        f"FROM {side}_events AS e JOIN {_names(log.store, 'cases')} AS c USING (case_id) "
        f"LEFT JOIN {_names(log.store, 'workers')} AS w ON w.worker = e.worker WHERE {' AND '.join(days) or 'TRUE'}"
    )


def _names(store: Path, table: str) -> str:
    return f"read_parquet({literal(str(store / 'names' / f'{table}.parquet'))})"


def _columns(before: Log, after: Log) -> tuple[str, ...]:
    """Columns both extracts have; the worker by name, because numbers are each store's own."""
    absent = before.absent | after.absent
    kept = [name for name in before.schema.tables["events"].kinds() if name not in absent and name not in _OURS]
    return (*kept, "worker_name") if "worker" not in absent else tuple(kept)


def _every_event_has_an_id(engine: DuckDB, before: Log, after: Log) -> bool:
    if "event_id" in before.absent | after.absent:
        return False
    rows = engine.run(
        "SELECT COUNT(*) FROM (SELECT event_id FROM earlier UNION ALL SELECT event_id FROM later) "
        "WHERE event_id IS NULL"
    )
    return int(rows[0][0]) == 0


def _match(engine: DuckDB, identity: Sequence[str], columns: Sequence[str]) -> None:
    """Put the events of both sides beside each other: table ``matched`` with the kind of each."""
    keys = ", ".join(("case_name", *identity))
    for side in ("earlier", "later"):
        engine.connection.execute(
            f"CREATE TEMP TABLE {side}_one AS SELECT *, ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY event_no) "
            f"AS alike FROM {side}"
        )
    same = " AND ".join(f"a.{quoted(name)} IS NOT DISTINCT FROM b.{quoted(name)}" for name in columns)
    flags = ", ".join(
        f"a.{quoted(name)} IS DISTINCT FROM b.{quoted(name)} AS {quoted('other ' + name)}" for name in columns
    )
    engine.connection.execute(
        "CREATE TEMP TABLE matched AS SELECT COALESCE(b.case_name, a.case_name) AS case_name, "
        "COALESCE(b.office, a.office, '') AS office, strftime(COALESCE(b.local_date, a.local_date), '%Y-%m') AS month, "
        "CASE WHEN a.case_name IS NULL THEN 'added' WHEN b.case_name IS NULL THEN 'removed' "
        f"WHEN {same} THEN 'same' ELSE 'changed' END AS kind, {flags} "
        f"FROM earlier_one AS a FULL JOIN later_one AS b USING ({keys}, alike)"
    )


_COUNTS = ", ".join(
    (
        *(f"COUNT(*) FILTER (WHERE kind = '{kind}')" for kind in ("same", "added", "changed", "removed")),
        "COUNT(DISTINCT case_name) FILTER (WHERE kind <> 'same')",
    )
)


def _changed_columns(engine: DuckDB, columns: Sequence[str]) -> tuple[tuple[str, int], ...]:
    sums = ", ".join(f"COUNT(*) FILTER (WHERE {quoted('other ' + name)})" for name in columns)
    counts = engine.run(f"SELECT {sums} FROM matched WHERE kind = 'changed'")[0]
    named = zip(("worker" if name == "worker_name" else name for name in columns), counts, strict=True)
    return tuple((name, int(count)) for name, count in named if count)


def _only(before: Log, after: Log) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(after.absent - before.absent)), tuple(sorted(before.absent - after.absent))


def _period(log: Log) -> tuple[str, str]:
    return str(log.receipt["first_day"]), str(log.receipt["last_day"])
