"""Numbering: cases and caseworkers get numbers, and their names pseudonyms.

Numbers follow the first event's time; a name decides only between equal times. So neither the order of the delivery nor
the key of the pseudonyms changes a byte of what is computed, and a number does not tell where its name stands among
the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.engines.duckdb import DuckDB, literal, quoted
from procmine.read.limits import LIMITS
from procmine.read.pseudonym import Key
from procmine.read.source import Source
from procmine.schema import Schema

PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


@dataclass(frozen=True, slots=True)
class Naming:
    """What becomes of names (as ``Source.cases`` and ``Source.workers`` say), and the key where one is needed."""

    cases: str = "plain"
    workers: str = "plain"
    key: Key | None = None

    def entry(self) -> dict[str, str]:
        """What the receipt says of it; the fingerprint tells keys apart and nothing else."""
        named = {"key": self.key.name, "fingerprint": self.key.fingerprint} if self.key else {}
        return {"cases": self.cases, "workers": self.workers, **named}


def needs_key(source: Source) -> bool:
    """Whether any name of this source becomes a keyed pseudonym."""
    return "keyed" in (source.cases, source.workers)


@dataclass(frozen=True, slots=True)
class Renamed:
    """Columns that hold names, as SQL over the events ``e``: what is selected for each, and the joins that takes."""

    columns: Mapping[str, str]
    joins: str


def number_cases(engine: DuckDB, table: str, folder: Path, order: str, naming: Naming) -> list[dict[str, Any]]:
    """Whole cases into the partition of their first event's office; numbers rise with office and first event."""
    engine.connection.execute(
        "CREATE TABLE case_numbers AS SELECT name, office, "
        "CAST(ROW_NUMBER() OVER (ORDER BY office NULLS FIRST, first, name) AS INTEGER) AS case_id, events FROM ("
        f"SELECT case_id AS name, ARG_MIN(COALESCE(office, ''), ({order})) AS office, MIN(timestamp) AS first, "
        f"COUNT(*) AS events FROM {table} GROUP BY case_id)"
    )
    _show(engine, "case_numbers", "case", naming.key if naming.cases == "keyed" else None)
    _save(engine, "SELECT case_id, shown AS name FROM case_numbers ORDER BY case_id", folder / "cases.parquet")
    rows = engine.run(
        "SELECT office, MIN(case_id), MAX(case_id), COUNT(*), SUM(events) FROM case_numbers GROUP BY office ORDER BY 2"
    )
    return [
        {
            "partition": number,
            "name": str(office),
            "cases": int(n),
            "events": int(e),
            "low": int(low),
            "high": int(high),
        }
        for number, (office, low, high, n, e) in enumerate(rows)
    ]


def number_workers(
    engine: DuckDB, table: str, folder: Path, schema: Schema, present: frozenset[str], naming: Naming
) -> Renamed:
    """Caseworkers of every column that names one: numbered over the log or, case-local, 1, 2, 3 within each case."""
    columns = _holding("worker", schema, present)
    local = naming.workers == "case-local"
    scope = "case_id, " if local else ""
    window = "PARTITION BY case_id ORDER BY first, name" if local else "ORDER BY first, name"
    named = " UNION ALL ".join(
        f"SELECT case_id, {quoted(name)} AS name, timestamp FROM {table} WHERE {quoted(name)} IS NOT NULL"
        for name in columns
    )
    named = named or "SELECT '' AS case_id, '' AS name, CAST(NULL AS TIMESTAMP) AS timestamp LIMIT 0"
    engine.connection.execute(
        f"CREATE TABLE worker_numbers AS SELECT {scope}name, "
        f"CAST(ROW_NUMBER() OVER ({window}) AS INTEGER) AS worker "
        f"FROM (SELECT {scope}name, MIN(timestamp) AS first FROM ({named}) GROUP BY {scope}name)"
    )
    if local:
        engine.connection.execute("ALTER TABLE worker_numbers ADD COLUMN shown VARCHAR")
        engine.connection.execute("UPDATE worker_numbers SET shown = CAST(worker AS VARCHAR)")
    else:
        _show(engine, "worker_numbers", "worker", naming.key if naming.workers == "keyed" else None)
    names = "SELECT DISTINCT worker, shown AS name FROM worker_numbers ORDER BY worker"
    _save(engine, names, folder / "workers.parquet")
    selected, joins = {}, []
    for name in columns:
        alias = quoted(f"{name} names")
        selected[name] = f"{alias}.worker" if name == "worker" else f"{alias}.shown"
        within = f" AND {alias}.case_id = e.case_id" if local else ""
        joins.append(f"LEFT JOIN worker_numbers AS {alias} ON {alias}.name = e.{quoted(name)}{within}")
    return Renamed(selected, " ".join(joins))


def name_households(engine: DuckDB, table: str, schema: Schema, present: frozenset[str], naming: Naming) -> Renamed:
    """Households under the same rule as cases."""
    columns = _holding("household", schema, present)
    if naming.cases != "keyed" or not columns:
        return Renamed({}, "")
    named = " UNION ALL ".join(f"SELECT {quoted(name)} AS name FROM {table}" for name in columns)
    engine.connection.execute(f"CREATE TABLE household_names AS SELECT DISTINCT name FROM ({named}) WHERE name <> ''")
    _show(engine, "household_names", "household", naming.key)
    aliases = {name: quoted(f"{name} names") for name in columns}
    joins = [f"LEFT JOIN household_names AS {a} ON {a}.name = e.{quoted(name)}" for name, a in aliases.items()]
    return Renamed({name: f"{alias}.shown" for name, alias in aliases.items()}, " ".join(joins))


def staff_counts(engine: DuckDB, table: str, present: frozenset[str]) -> dict[str, Any]:
    """How many caseworkers the log and each office has: counted here, where they are still known across cases.

    The privacy door needs the numbers to protect staff; nothing shows them.
    """
    if "worker" not in present:
        return {"all": 0, "offices": {}}
    rows = engine.run(
        f"SELECT COALESCE(office, ''), COUNT(DISTINCT worker) FROM {table} "
        "WHERE worker IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    whole = engine.run(f"SELECT COUNT(DISTINCT worker) FROM {table}")[0][0]
    return {"all": int(whole), "offices": {str(office): int(count) for office, count in rows}}


def _holding(who: str, schema: Schema, present: frozenset[str]) -> list[str]:
    return [name for name, column in schema.importable.items() if column.holds == who and name in present]


def _show(engine: DuckDB, table: str, field: str, key: Key | None) -> None:
    """Give a table of names the column ``shown``: the pseudonym, or without a key the name itself."""
    import numpy as np

    connection = engine.connection
    connection.execute(f"ALTER TABLE {table} ADD COLUMN shown VARCHAR")
    if key is None:
        connection.execute(f"UPDATE {table} SET shown = name")
        return
    connection.execute("CREATE TABLE pseudonyms (name VARCHAR, shown VARCHAR)")
    reader = connection.cursor().execute(f"SELECT name FROM {table}")
    while rows := reader.fetchmany(LIMITS.batch_rows):
        names = [str(row[0]) for row in rows]
        columns = {"name": names, "shown": key.pseudonyms(field, names)}
        connection.register("procmine_names", {name: np.array(each, dtype=object) for name, each in columns.items()})
        connection.execute("INSERT INTO pseudonyms SELECT name, shown FROM procmine_names")
        connection.unregister("procmine_names")
    connection.execute(f"UPDATE {table} SET shown = p.shown FROM pseudonyms AS p WHERE p.name = {table}.name")
    connection.execute("DROP TABLE pseudonyms")


def _save(engine: DuckDB, query: str, path: Path) -> None:
    engine.connection.execute(f"COPY ({query}) TO {literal(str(path))} {PARQUET}")
