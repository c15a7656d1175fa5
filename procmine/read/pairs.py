"""Pairs: the start row and the complete row of one activity instance become one event with a beginning and an end.

Only where a source declares ``[pairs]``. Every accepted row is then an event of its own or the beginning of one, and is
counted as the one or the other: ``rows accepted = events + pairs``. What finds no partner stays as it is.
"""

from __future__ import annotations

from typing import Any

from procmine.engines.duckdb import DuckDB, literal, quoted
from procmine.errors import InputError, nearest
from procmine.read.raw import RawFile
from procmine.read.source import Pairs

# What a pair does not take over: its place and its end are the complete row's, its beginning is the start row's.
_OWN = frozenset(
    {"file_no", "position", "line", "fault", "case_id", "activity", "timestamp", "local_date", "date_only"}
)
_MADE = frozenset({"lifecycle", "started_at"})
# A day made of a time goes with it: never the day of one row beside the time of the other.
_DAYS = {"planned_date": "planned_at", "requested_date": "requested_at"}


def note_instances(engine: DuckDB, raw: RawFile, table: str, file_no: int, pairs: Pairs) -> None:
    """Keep what names each row's instance while the raw table is there. Raises InputError if the file lacks it."""
    lacking = [name for name in pairs.by if name not in raw.columns]
    if lacking:
        raise InputError(
            f"Rows are paired by {', '.join(map(repr, lacking))}, which the file lacks. "
            f"{nearest(lacking[0], raw.columns)}",
            where=raw.name,
            hint=f"The file has: {', '.join(raw.columns)}.",
        )
    if not pairs.by:
        return
    cells = [f"r.c{raw.columns.index(name)}" for name in pairs.by]
    known = " AND ".join(f"{cell} <> ''" for cell in cells)
    named = cells[0] if len(cells) == 1 else f"CAST(to_json([{', '.join(cells)}]) AS VARCHAR)"
    engine.connection.execute(
        "CREATE TABLE IF NOT EXISTS instances (file_no INTEGER, position BIGINT, instance VARCHAR)"
    )
    engine.connection.execute(
        f"INSERT INTO instances SELECT {file_no}, r.rowid, {named} FROM {table} AS r WHERE {known}"
    )


def pair_rows(engine: DuckDB, table: str, pairs: Pairs, where: str) -> dict[str, Any]:
    """Make one event of each start row and its complete row in ``table``; the receipt's entry says what was done.

    First in, first out within case, activity and caseworker, or within case, activity and the declared instance, by
    time. A row never waits for one before it, so no interval is negative. Raises InputError if nothing says which rows
    start and which complete, or if the log has a beginning already.
    """
    columns = [
        str(row[0])
        for row in engine.run(
            f"SELECT column_name FROM duckdb_columns() WHERE table_name = {literal(table)} ORDER BY column_index"
        )
    ]
    if "lifecycle" not in columns:
        raise InputError(
            "Rows are to be paired, and no column says which of them start and which complete.",
            where=where,
            hint="Name the column for lifecycle in the source file, or leave out [pairs].",
        )
    if "started_at" in columns:
        raise InputError(
            "Rows are to be paired, but the log has a column for started_at already.",
            where=where,
            hint="Leave out the column or [pairs].",
        )
    _match(engine, table, columns, pairs)
    rows = int(engine.run("SELECT COUNT(*) FROM pairs")[0][0])
    starts, completes = engine.run(
        f"SELECT COUNT(*) FILTER (lifecycle = 'start'), COUNT(*) FILTER (lifecycle = 'complete') FROM {table}"
    )[0]
    differing = _differing(engine, table, columns)
    _merge(engine, table, columns)
    for made in ("pairs", *(("instances",) if pairs.by else ())):
        engine.connection.execute(f"DROP TABLE {made}")
    return {
        "rows": rows,
        "starts_left": int(starts) - rows,
        "completes_left": int(completes) - rows,
        "differing": differing,
    }


def _place(alias: str) -> str:
    """Where a row stands, as one number over all files: a key that outlives what a database does to its row numbers."""
    return f"((CAST({alias}.file_no AS BIGINT) << 40) + {alias}.position)"


def _match(engine: DuckDB, table: str, columns: list[str], pairs: Pairs) -> None:
    """Find the pairs: in each queue the n-th start goes with the n-th complete row that found a start waiting.

    A complete row found none if it brings starts less completes to a new low; so many rows before it are taken off.
    """
    keys = ["e.case_id", "e.activity", *(["i.instance"] if pairs.by else ["e.worker"] if "worker" in columns else [])]
    named = "JOIN instances AS i ON i.file_no = e.file_no AND i.position = e.position" if pairs.by else ""
    rows = f"FROM {table} AS e {named}"
    listed = ", ".join(f"{key} AS k{number}" for number, key in enumerate(keys))
    # Queues get numbers first: ten million rows sort by a number in a third of the time they take by three names.
    engine.connection.execute(
        f"CREATE TABLE queues AS SELECT {listed}, MIN({_place('e')}) AS queue {rows} "
        f"WHERE e.lifecycle IN ('start', 'complete') GROUP BY {', '.join(keys)} "
        "HAVING MIN(e.lifecycle) <> MAX(e.lifecycle)"
    )
    same = " AND ".join(f"q.k{number} IS NOT DISTINCT FROM {key}" for number, key in enumerate(keys))
    engine.connection.execute(
        f"CREATE TABLE turns AS WITH waiting AS (SELECT {_place('e')} AS place, q.queue, e.timestamp, "
        f"e.lifecycle = 'start' AS starts {rows} JOIN queues AS q ON {same} "
        "WHERE e.lifecycle IN ('start', 'complete')), "
        "numbered AS (SELECT place, queue, starts, ROW_NUMBER() OVER before AS turn, "
        "COUNT(*) FILTER (starts) OVER before AS started FROM waiting "
        "WINDOW before AS (PARTITION BY queue ORDER BY timestamp, NOT starts, place ROWS UNBOUNDED PRECEDING)) "
        "SELECT place, queue, starts, started, turn - started AS completed, LEAST(0, COALESCE(MIN(2 * started - turn) "
        "OVER (PARTITION BY queue ORDER BY turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS low "
        "FROM numbered"
    )
    engine.connection.execute(
        "CREATE TABLE pairs AS SELECT s.place AS start_row, c.place AS complete_row FROM turns AS s JOIN turns AS c "
        "ON s.starts AND NOT c.starts AND s.queue = c.queue AND s.started = c.completed + c.low "
        "WHERE c.started - c.completed >= c.low"
    )
    engine.connection.execute("DROP TABLE queues")
    engine.connection.execute("DROP TABLE turns")


def _differing(engine: DuckDB, table: str, columns: list[str]) -> list[dict[str, Any]]:
    """In how many pairs both rows say something, and not the same, of a column."""
    both = sorted(name for name in columns if name not in _OWN | _MADE | _DAYS.keys())
    if not both:
        return []
    counts = ", ".join(f"COUNT(*) FILTER (s.{quoted(name)} <> e.{quoted(name)})" for name in both)
    found = engine.run(
        f"SELECT {counts} FROM pairs AS p JOIN {table} AS s ON {_place('s')} = p.start_row "
        f"JOIN {table} AS e ON {_place('e')} = p.complete_row"
    )[0]
    return [{"column": name, "rows": int(rows)} for name, rows in zip(both, found, strict=True) if rows]


def _merge(engine: DuckDB, table: str, columns: list[str]) -> None:
    """Put the start row's time and what only it says into the complete row, and take the start row out."""
    values = [f"{_value(name, columns)} AS {quoted(name)}" for name in columns]
    engine.connection.execute(
        f"CREATE TABLE paired AS SELECT {', '.join(values)}, s.timestamp AS started_at FROM {table} AS e "
        f"LEFT JOIN pairs AS p ON p.complete_row = {_place('e')} LEFT JOIN {table} AS s ON {_place('s')} = p.start_row "
        f"ANTI JOIN pairs AS gone ON gone.start_row = {_place('e')}"
    )
    engine.connection.execute(f"DROP TABLE {table}")
    engine.connection.execute(f"ALTER TABLE paired RENAME TO {table}")


def _value(name: str, columns: list[str]) -> str:
    """SQL for a column of the pair: the complete row's value, or what the start row says where that has none."""
    ours, theirs = f"e.{quoted(name)}", f"s.{quoted(name)}"
    if name in _OWN | _MADE:
        return ours
    day = next((day for day, time in _DAYS.items() if name in (day, time)), "")
    if not day or day not in columns:
        return f"COALESCE({ours}, {theirs})"
    silent = f"e.{quoted(day)} IS NULL AND e.{quoted(_DAYS[day])} IS NULL"
    return f"CASE WHEN {silent} THEN {theirs} ELSE {ours} END"
