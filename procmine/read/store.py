"""Store: checked events become a folder of Parquet, sorted by case and time, with derived tables and receipt; whole or
not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from procmine.content import listing, place_of, read_text
from procmine.engines.duckdb import DuckDB, connect, literal, quoted
from procmine.errors import InputError
from procmine.log import RECEIPT, fill_observation, fill_vocabulary, show_events
from procmine.read.limits import LIMITS
from procmine.read.numbering import (
    PARQUET,
    Naming,
    Renamed,
    name_households,
    number_cases,
    number_workers,
    staff_counts,
)
from procmine.read.progress import Progress
from procmine.schema import Schema
from procmine.sql import read_query, write

# Order of the derived tables: each reads events, the given tables (vocabulary, observation) and those before it.
DERIVED = (
    "cases", "contacts", "appointments", "handovers", "requests", "case_time", "acts", "contact_gaps", "triggers",
    "assignments", "mandates", "decisions", "measures", "sanctions", "benefit_issues", "benefit_states", "supports",
    "returns", "segment_changes", "conflicts",
)  # fmt: skip
# Derived tables are made for bundles of partitions: enough rows to keep two cores busy, few enough to fit in memory.
BUNDLE = 1_500_000
# Partitions are written two at a time: one is compressed while the next is sorted.
WRITERS = 2
PLAIN = Naming()


def write_store(
    engine: DuckDB,
    table: str,
    folder: Path,
    schema: Schema,
    present: frozenset[str],
    progress: Progress,
    observation: Mapping[str, Any],
    study: Path | None = None,
    naming: Naming = PLAIN,
) -> dict[str, Any]:
    """Sort the events of ``table`` into partitions, number cases and workers, derive tables. Returns receipt
    entries."""
    for name in ("events", "names", "derived"):
        (folder / name).mkdir()
    progress("sort", 0.0)
    staff = staff_counts(engine, table, present)
    offices = number_cases(engine, table, folder / "names", _order(present, ""), naming)
    workers = number_workers(engine, table, folder / "names", schema, present, naming)
    households = name_households(engine, table, schema, present, naming)
    activities = _number_activities(engine, table)
    _sort(engine, table, schema, present, (workers, households))
    with ThreadPoolExecutor(max_workers=WRITERS) as pool:
        for done, _ in enumerate(pool.map(lambda office: _write_partition(engine, office, folder), offices), start=1):
            progress("store", done / len(offices))
    for office in offices:
        del office["low"], office["high"]
    engine.connection.execute("DROP TABLE ordered")
    bundles = derive_tables(folder, schema, offices, progress, observation, study)
    return {
        "offices": offices,
        "activities": activities,
        "derived_tables": list(DERIVED),
        "bundles": bundles,
        "staff": staff,
        "pseudonyms": naming.entry(),
    }


def _write_partition(engine: DuckDB, office: Mapping[str, Any], folder: Path) -> None:
    """One office's events into their file, in order. One thread makes a file, so its bytes do not depend on it."""
    target = folder / "events" / f"{office['partition']:04d}.parquet"
    low, high = office["low"], office["high"]
    engine.connection.cursor().execute(
        "COPY (SELECT CAST(o.rowid - s.before + 1 AS INTEGER) AS event_no, o.* FROM ordered AS o "
        "JOIN case_starts AS s USING (case_id) "
        f"WHERE o.case_id BETWEEN {low} AND {high} AND s.case_id BETWEEN {low} AND {high} "
        f"ORDER BY o.case_id, event_no) TO {literal(str(target))} {PARQUET}"
    )


def _order(present: frozenset[str], prefix: str) -> str:
    """The order of tables.md within a case: time, start before complete, event id, position in the delivery."""
    terms = [f"{prefix}timestamp"]
    terms += [f"CASE {prefix}lifecycle WHEN 'start' THEN 0 ELSE 1 END"] if "lifecycle" in present else []
    terms += [f"COALESCE({prefix}event_id, '')"] if "event_id" in present else []
    return ", ".join((*terms, f"{prefix}file_no", f"{prefix}position"))


def _number_activities(engine: DuckDB, table: str) -> list[str]:
    engine.connection.execute(
        "CREATE TABLE activity_numbers AS SELECT activity, "
        "CAST(ROW_NUMBER() OVER (ORDER BY activity) - 1 AS UINTEGER) AS activity_code "
        f"FROM (SELECT DISTINCT activity FROM {table})"
    )
    names = [str(row[0]) for row in engine.run("SELECT activity FROM activity_numbers ORDER BY activity_code")]
    if len(names) > LIMITS.activities:
        raise InputError(
            f"The log has {len(names):,} different activities: the activity column holds free text.",
            hint="Name another column as activity, or map labels in a source file.",
        )
    return names


def _sort(engine: DuckDB, table: str, schema: Schema, present: frozenset[str], renamed: Sequence[Renamed]) -> None:
    """The one big sort: by case, then the order of tables.md (time, start before complete, event id, file position)."""
    names = {name: sql for part in renamed for name, sql in part.columns.items()}
    made = {"event_no", "case_id", "activity", *names}
    keep = [n for n in schema.tables["events"].kinds() if n in present and n not in made]
    # Encoded once and in sorted order, so that runs of equal values compress and compare as numbers.
    columns = ", ".join(f"e.{quoted(name)}" for name in keep)
    shown = "".join(f", {sql} AS {quoted(name)}" for name, sql in names.items())
    joins = " ".join(part.joins for part in renamed)
    engine.connection.execute(
        f"CREATE TABLE ordered AS SELECT n.case_id, e.activity, a.activity_code, {columns}{shown}, "
        "e.file_no, e.line, e.position "
        f"FROM {table} AS e JOIN case_numbers AS n ON n.name = e.case_id "
        f"JOIN activity_numbers AS a ON a.activity = e.activity {joins} "
        f"ORDER BY n.case_id, {_order(present, 'e.')}"
    )
    engine.connection.execute(f"DROP TABLE {table}")
    # Rows now lie in order, so the number in the case is the row number less the rows of the cases before.
    engine.connection.execute(
        "CREATE TABLE case_starts AS "
        "SELECT case_id, SUM(events) OVER (ORDER BY case_id) - events AS before FROM case_numbers"
    )


def derive_tables(
    folder: Path,
    schema: Schema,
    offices: Sequence[Mapping[str, Any]],
    progress: Progress,
    observation: Mapping[str, Any],
    study: Path | None = None,
) -> int:
    """Run event_logs/derived/*.sql over the stored events, a bundle of partitions at a time; returns how many bundles.

    A case lies whole in one partition and each derived row rests on one case (a law the tests hold every query to), so
    that the tables of the bundles together are the tables of the log.
    """
    engine = connect()
    fill_vocabulary(engine, schema)
    fill_observation(engine, schema, observation)
    queries = derived_queries(schema, study)
    for name in DERIVED:
        (folder / "derived" / name).mkdir(parents=True, exist_ok=True)
    bundles = _bundles(offices)
    # A table is written while the next is computed.
    with ThreadPoolExecutor(1) as beside:
        for number, bundle in enumerate(bundles):
            show_events(engine, schema, [folder / "events" / f"{partition:04d}.parquet" for partition in bundle])
            written = []
            for name in DERIVED:
                engine.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {queries[name]}")
                target = folder / "derived" / name / f"{number:04d}.parquet"
                written.append(beside.submit(_write_derived, engine.beside(), name, schema.tables[name].key, target))
            for each in written:
                each.result()
            progress("derive", (number + 1) / len(bundles))
    return len(bundles)


def _write_derived(engine: DuckDB, table: str, key: Sequence[str], target: Path) -> None:
    order = ", ".join(dict.fromkeys(("case_id", *map(quoted, key))))
    engine.connection.execute(f"COPY (SELECT * FROM {table} ORDER BY {order}) TO {literal(str(target))} {PARQUET}")


def _bundles(offices: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Partitions in order, in bundles of at least BUNDLE events but for the last."""
    bundles: list[list[int]] = [[]]
    size = 0
    for office in offices:
        if size >= BUNDLE:
            bundles.append([])
            size = 0
        bundles[-1].append(int(office["partition"]))
        size += int(office["events"])
    return bundles


def derived_queries(schema: Schema, study: Path | None = None, dialect: str = "duckdb") -> dict[str, str]:
    """The derived tables' queries, checked as house SQL and written for an engine. Raises ContentError."""
    files = listing("event_logs/derived", ".sql", study)
    tables = schema.all_columns()
    return {
        name: write(read_query(read_text(files[name]), where=place_of(files[name]), tables=tables), dialect)
        for name in DERIVED
    }


def save_receipt(folder: Path, receipt: Mapping[str, Any]) -> None:
    """Write the receipt with the digest of every other file: sorted keys, one value a line, no clock."""
    contents = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*.parquet"))
    }
    text = json.dumps({**receipt, "contents": contents}, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (folder / RECEIPT).write_text(text + "\n", encoding="utf-8")
