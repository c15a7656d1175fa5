"""DuckDB: the engine unless told otherwise; locked once its tables are in place."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "list": "VARCHAR",
    "key": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}
# Beyond this DuckDB spills to disk; leaves room for pm4py and the report on an 8 GiB laptop.
MEMORY_LIMIT = "5GB"
# Rows of a small table that go in by one statement: row by row takes six times as long, more at once no less.
ROWS_AT_ONCE = 50
# An import keeps to this, however large the log: beyond it tables go to the disk of the log store.
WORKBENCH_MEMORY = "3GB"
_SPILL = "procmine-spill"  # what folders are called into which an engine spills


@dataclass(frozen=True, slots=True)
class DuckDB:
    """An in-memory DuckDB connection. Times are UTC instants without zone; file order is kept."""

    connection: Any
    dialect: str = "duckdb"

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` and insert ``rows`` (for small tables: vocabularies, worked examples, tests)."""
        columns = ", ".join(f"{quoted(name)} {TYPES[kind]}" for name, kind in kinds.items())
        self.connection.execute(f"CREATE TABLE {quoted(table)} ({columns})")
        data = [tuple(row) for row in rows]
        marks = ", ".join("?" for _ in kinds)
        for begin in range(0, len(data), ROWS_AT_ONCE):
            part = data[begin : begin + ROWS_AT_ONCE]
            values = ", ".join(f"({marks})" for _ in part)
            self.connection.execute(
                f"INSERT INTO {quoted(table)} VALUES {values}", [each for row in part for each in row]
            )

    def beside(self) -> DuckDB:
        """Another connection to the same tables, as locked as this one, with temporary tables of its own."""
        return DuckDB(self.connection.cursor())

    def keep(self, table: str, sql: str) -> None:
        """Make the temporary table ``table`` of a query's result, in place of one of that name."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(table)} AS {sql}")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        rows: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return rows

    def columns(self, sql: str) -> dict[str, Any]:
        """The result of a query as numpy arrays by column name."""
        arrays: dict[str, Any] = self.connection.execute(sql).fetchnumpy()
        return arrays


def connect(memory: str = MEMORY_LIMIT, spill_to: Path | None = None) -> DuckDB:
    """A fresh in-memory engine, not yet locked; what exceeds ``memory`` goes to the disk, into ``spill_to``."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    # DuckDB lets a locked engine use its spill folder, so this must be a folder of its own; made only when needed.
    spill = (spill_to or Path(tempfile.gettempdir())) / f"{_SPILL}-{os.getpid()}-{secrets.token_hex(4)}"
    connection.execute(f"SET temp_directory = {literal(str(spill))}")
    return DuckDB(connection)


@contextmanager
def workbench(folder: Path) -> Iterator[DuckDB]:
    """An engine that keeps to its memory and spills into ``folder``; nothing of it is left there."""
    engine = connect(WORKBENCH_MEMORY, folder)
    try:
        yield engine
    finally:
        engine.connection.close()
        for left in folder.glob(f"{_SPILL}-*"):
            shutil.rmtree(left, ignore_errors=True)


def spilled() -> bool:
    """Whether an engine of this process has a folder on the disk that it removes when it is closed."""
    return any(Path(tempfile.gettempdir()).glob(f"{_SPILL}-{os.getpid()}-*"))


def lock(engine: DuckDB, readable: Sequence[Path] = ()) -> DuckDB:
    """Close the engine: from now on it reads nothing but ``readable`` folders and no setting can be changed."""
    # DuckDB holds the text of a query against the list before it looks for files, so both spellings must be in it.
    spelled = [name for folder in readable for name in (str(folder.resolve()), as_pattern(folder))]
    folders = ", ".join(literal(name) for name in dict.fromkeys(spelled))
    engine.connection.execute(f"SET allowed_directories = [{folders}]")
    engine.connection.execute("SET enable_external_access = false")
    engine.connection.execute("SET lock_configuration = true")
    return engine


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def as_pattern(path: Path) -> str:
    """A path that DuckDB takes for that one file: signs of a pattern in its name stand for themselves."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.resolve()))
