"""Log: the normalised tables of a log store in an engine, and the receipt of how they came about."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from procmine.engines.base import Engine
from procmine.engines.duckdb import DuckDB, as_pattern, connect, literal, lock, quoted
from procmine.errors import InputError
from procmine.schema import Schema

RECEIPT = "receipt.json"
# Raised whenever a store written before can no longer be read the same way; an older store is made anew from its input.
STORE_VERSION = 3
SCHEMA = "procmine/receipt@1"
NEEDED = {
    "offices",
    "activities",
    "derived_tables",
    "bundles",
    "absent",
    "columns",
    "contents",
    "digest",
    "events",
    "name",
    "observation",
    "pseudonyms",
    "staff",
}
# A store up to this size (bytes) is read whole when it is opened, to see that nothing in it has changed.
CHECKED = 300_000_000


@dataclass(frozen=True, slots=True)
class Log:
    """An opened log store. ``engine`` shows the tables of ``schema`` plus case_names and worker_names; DuckDB is
    locked, Spark knows no lock (see procmine.engines.spark). ``study`` is the study folder it was opened for."""

    store: Path
    receipt: Mapping[str, Any]
    engine: Engine
    schema: Schema
    study: Path | None = None

    @property
    def absent(self) -> frozenset[str]:
        """The event columns the export lacks."""
        return frozenset(self.receipt["absent"])

    @property
    def name(self) -> str:
        """The name of the input."""
        return str(self.receipt["name"])


def is_store(path: Path) -> bool:
    """Whether a folder claims to be a log store: it holds a receipt."""
    return path.is_dir() and (path / RECEIPT).is_file()


def read_receipt(store: Path) -> dict[str, Any]:
    """The receipt of a store. Raises InputError where it is damaged or of another version."""
    again = "Import the log again, into another place or after deleting this folder."
    try:
        receipt = json.loads((store / RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(f"The log store is damaged: {fault}.", where=str(store), hint=again) from fault
    if not isinstance(receipt, dict) or receipt.get("schema") != SCHEMA:
        raise InputError("The receipt is not that of a log store.", where=str(store / RECEIPT), hint=again)
    if receipt.get("store_version") != STORE_VERSION:
        raise InputError(
            f"The log store has version {receipt.get('store_version')}, this procmine reads {STORE_VERSION}.",
            where=str(store),
            hint=again,
        )
    if missing := sorted(NEEDED - set(receipt)):
        raise InputError(f"The receipt lacks {', '.join(missing)}.", where=str(store / RECEIPT), hint=again)
    return receipt


def damaged(store: Path) -> tuple[str, ...]:
    """The files of a store that are gone or not those its receipt lists.

    Sizes always; bytes too unless the store is larger than CHECKED in all: reading ten gigabytes at every start is no
    answer to a rare fault, and ``procmine verify`` reads them all. Raises InputError for a receipt that is damaged.
    """
    contents: Mapping[str, Any] = read_receipt(store)["contents"]
    whole = sum(int(entry["bytes"]) for entry in contents.values()) <= CHECKED
    found = []
    for name, entry in contents.items():
        path = store / name
        if not path.is_file() or path.stat().st_size != entry["bytes"]:
            found.append(name)
        elif whole and sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            found.append(name)
    return tuple(found)


def open_store(store: Path, schema: Schema, engine: str = "duckdb", study: Path | None = None) -> Log:
    """Open a log store in an engine: embedded and locked (``duckdb``), or ``spark``; for a ``study``, if there is one.
    Raises InputError for a store that is not whole, UsageError where Spark is asked for and not installed."""
    receipt = read_receipt(store)
    if names := damaged(store):
        raise InputError(
            f"The log store is damaged: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}.",
            where=str(store),
            hint="Import the log again, into another place or after deleting this folder.",
        )
    opened = _spark(store, receipt, schema) if engine == "spark" else _duckdb(store, receipt, schema)
    return Log(store, receipt, opened, schema, study)


def _files(store: Path, receipt: Mapping[str, Any]) -> dict[str, list[Path]]:
    """Every table of a store with its files."""
    partitions = [office["partition"] for office in receipt["offices"]]
    files = {"events": [store / "events" / f"{number:04d}.parquet" for number in partitions]}
    for name in receipt["derived_tables"]:
        files[name] = [store / "derived" / name / f"{number:04d}.parquet" for number in range(receipt["bundles"])]
    for name, view in (("cases", "case_names"), ("workers", "worker_names")):
        files[view] = [store / "names" / f"{name}.parquet"]
    return files


def _duckdb(store: Path, receipt: Mapping[str, Any], schema: Schema) -> Engine:
    engine = connect()
    fill_vocabulary(engine, schema)
    fill_observation(engine, schema, receipt["observation"])
    for name, files in _files(store, receipt).items():
        if name == "events":
            show_events(engine, schema, files)
        else:
            engine.connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {_parquet(files)}")
    return lock(engine, (store,))


def _spark(store: Path, receipt: Mapping[str, Any], schema: Schema) -> Engine:
    from procmine.engines import spark

    engine = spark.connect()
    fill_vocabulary(engine, schema)
    fill_observation(engine, schema, receipt["observation"])
    for name, files in _files(store, receipt).items():
        engine.show(name, files, schema.tables["events"].kinds() if name == "events" else None)
    return engine


def fill_vocabulary(engine: Engine, schema: Schema) -> None:
    """Make activity_kinds and role_functions from the vocabulary."""
    kinds = schema.tables["activity_kinds"].kinds()
    engine.fill("activity_kinds", kinds, [(code.code, code.belongs) for code in schema.activities.values()])
    roles = schema.tables["role_functions"].kinds()
    engine.fill("role_functions", roles, [(code.code, code.belongs) for code in schema.codes["role"].values()])


def fill_observation(engine: Engine, schema: Schema, observation: Mapping[str, Any]) -> None:
    """Make observation and calendar from what the receipt says of the time the log was watched."""
    first, last = date.fromisoformat(observation["first_day"]), date.fromisoformat(observation["last_day"])
    cuts = [date.fromisoformat(day) for day in observation["cuts"]]
    engine.fill("observation", schema.tables["observation"].kinds(), [(first, last)])
    engine.fill("calendar", schema.tables["calendar"].kinds(), calendar(first, last, cuts))


def calendar(first: date, last: date, cuts: Collection[date] = ()) -> list[tuple[date, date]]:
    """The days from ``first`` to ``last``, both included, in stretches: each month and each of ``cuts`` begins one.

    >>> [(str(start), str(end)) for start, end in calendar(date(2026, 6, 29), date(2026, 7, 2))]
    [('2026-06-29', '2026-06-30'), ('2026-07-01', '2026-07-02')]
    """
    months = {date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)}
    starts = sorted({first} | {day for day in (*months, *cuts) if first < day <= last})
    ends = [day - timedelta(days=1) for day in starts[1:]] + [last]
    return list(zip(starts, ends, strict=True))


def show_events(engine: DuckDB, schema: Schema, files: Iterable[Path], view: str = "events") -> None:
    """Make the view of all event columns over partition files; what the export lacks is empty."""
    from procmine.engines.duckdb import TYPES

    source = _parquet(files)
    present = {str(row[0]) for row in engine.run(f"DESCRIBE SELECT * FROM {source}")}
    # A store keeps keys as numbers; an absent worker is an empty number, so that queries need not know.
    physical = {"worker": "INTEGER", "file_no": "INTEGER", "line": "BIGINT", "position": "BIGINT"}
    physical["activity_code"] = "UINTEGER"
    kinds = {name: TYPES[kind] for name, kind in schema.tables["events"].kinds().items()}
    columns = [
        quoted(name) if name in present else f"CAST(NULL AS {kind}) AS {quoted(name)}"
        for name, kind in {**kinds, **physical}.items()
    ]
    engine.connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT {', '.join(columns)} FROM {source}")


def _parquet(files: Iterable[Path]) -> str:
    listed = ", ".join(literal(as_pattern(file)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"
