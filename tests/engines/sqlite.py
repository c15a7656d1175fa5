"""SQLite as a second opinion: an engine every machine has, which shares no line of code with DuckDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

# Days and times are ISO text, so that they compare as such; keys have no affinity: a number stays one, a text too.
TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "key": ""}


class _Choosing:
    """ARG_MIN and ARG_MAX, which SQLite lacks: the value in the row where another is smallest or largest."""

    largest = False

    def __init__(self) -> None:
        self.found: tuple[Any, Any] | None = None

    def step(self, value: Any, order: Any) -> None:
        if order is None:
            return
        if self.found is None or (order > self.found[1] if self.largest else order < self.found[1]):
            self.found = (value, order)

    def finalize(self) -> Any:
        return self.found[0] if self.found else None


class _ArgMax(_Choosing):
    largest = True


def _connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")  # as every other engine has it
    connection.create_aggregate("ARG_MIN", 2, _Choosing)  # type: ignore[arg-type]
    connection.create_aggregate("ARG_MAX", 2, _ArgMax)  # type: ignore[arg-type]
    return connection


@dataclass(frozen=True, slots=True)
class SQLite:
    """An in-memory SQLite that takes and gives what procmine.engines.duckdb does."""

    connection: sqlite3.Connection = field(default_factory=_connection)
    dialect: str = "sqlite"

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` anew and put ``rows`` into it."""
        columns = ", ".join(f'"{name}" {TYPES.get(kind, "TEXT")}' for name, kind in kinds.items())
        self.connection.execute(f'DROP TABLE IF EXISTS "{table}"')
        self.connection.execute(f'CREATE TABLE "{table}" ({columns})')
        marks = ", ".join("?" for _ in kinds)
        data = [tuple(_stored(value) for value in row) for row in rows]
        self.connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', data)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def close(self) -> None:
        """Let the database go."""
        self.connection.close()


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
