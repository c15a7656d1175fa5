"""Log: the normalised tables of a log store in an engine, and the receipt of how they came about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procmine.engines.base import Engine
from procmine.engines.duckdb import DuckDB, connect, literal, lock, quoted
from procmine.errors import InputError
from procmine.schema import Schema

RECEIPT = "receipt.json"
# Raised whenever a store written before can no longer be read the same way; an older store is made anew from its input.
STORE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Log:
    """An opened log store. ``engine`` shows the tables of ``schema`` plus case_names and worker_names, and is
    locked."""

    store: Path
    receipt: Mapping[str, Any]
    engine: Engine
    schema: Schema

    @property
    def absent(self) -> frozenset[str]:
        """The event columns the export lacks."""
        return frozenset(self.receipt["absent"])

    @property
    def name(self) -> str:
        """The name of the input."""
        return str(self.receipt["name"])


def is_store(path: Path) -> bool:
    """Whether a folder is a whole log store."""
    return path.is_dir() and (path / RECEIPT).is_file()


def read_receipt(store: Path) -> dict[str, Any]:
    """The receipt of a store. Raises InputError where it is damaged or of another version."""
    try:
        receipt: dict[str, Any] = json.loads((store / RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(
            f"The log store is damaged: {fault}.", where=str(store), hint="Import the log again."
        ) from fault
    if receipt.get("store_version") != STORE_VERSION:
        raise InputError(
            f"The log store has version {receipt.get('store_version')}, this procmine reads {STORE_VERSION}.",
            where=str(store),
            hint="Import the log again.",
        )
    return receipt


def open_store(store: Path, schema: Schema) -> Log:
    """Open a log store in an embedded engine and lock the engine. Raises InputError."""
    receipt = read_receipt(store)
    engine = connect()
    partitions = [office["partition"] for office in receipt["offices"]]
    fill_vocabulary(engine, schema)
    show_events(engine, schema, [store / "events" / f"{number:04d}.parquet" for number in partitions])
    for name in receipt["derived_tables"]:
        files = [store / "derived" / name / f"{number:04d}.parquet" for number in range(receipt["bundles"])]
        engine.connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {_parquet(files)}")
    for name in ("cases", "workers"):
        view = {"cases": "case_names", "workers": "worker_names"}[name]
        engine.connection.execute(
            f"CREATE VIEW {view} AS SELECT * FROM {_parquet([store / 'names' / f'{name}.parquet'])}"
        )
    return Log(store, receipt, lock(engine, (store,)), schema)


def fill_vocabulary(engine: Engine, schema: Schema) -> None:
    """Make activity_kinds and role_functions from the vocabulary."""
    kinds = schema.tables["activity_kinds"].kinds()
    engine.fill("activity_kinds", kinds, [(code.code, code.belongs) for code in schema.activities.values()])
    roles = schema.tables["role_functions"].kinds()
    engine.fill("role_functions", roles, [(code.code, code.belongs) for code in schema.codes["role"].values()])


def show_events(engine: DuckDB, schema: Schema, files: Iterable[Path], view: str = "events") -> None:
    """Make the view of all event columns over partition files; what the export lacks is empty."""
    from procmine.engines.duckdb import TYPES

    source = _parquet(files)
    present = {str(row[0]) for row in engine.run(f"DESCRIBE SELECT * FROM {source}")}
    # A store keeps keys as numbers; an absent worker is an empty number, so that queries need not know.
    physical = {"worker": "INTEGER", "file_no": "INTEGER", "line": "BIGINT", "activity_code": "USMALLINT"}
    kinds = {name: TYPES[kind] for name, kind in schema.tables["events"].kinds().items()}
    columns = [
        quoted(name) if name in present else f"CAST(NULL AS {kind}) AS {quoted(name)}"
        for name, kind in {**kinds, **physical}.items()
    ]
    engine.connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT {', '.join(columns)} FROM {source}")


def _parquet(files: Iterable[Path]) -> str:
    listed = ", ".join(literal(str(file.resolve())) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"
