"""Tables in engines: rows filled in by column name, results compared whatever an engine calls a day or a truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from procmine.engines.duckdb import connect, quoted
from procmine.schema import Schema
from procmine.sql import Query, write
from tests.engines.sqlite import SQLite

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class DuckDBRefilled:
    """procmine's own DuckDB engine, which fills a table anew as often as asked: a test keeps one connection."""

    engine: Any
    dialect: str = "duckdb"

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` anew and put ``rows`` into it."""
        self.engine.connection.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
        self.engine.fill(table, kinds, ())
        data = list(rows)
        if data:  # as columns of objects: the laws fill thousands of rows, and a parameter for each value takes seconds
            import pandas as pd

            self.engine.connection.register("filled", pd.DataFrame(data, columns=list(kinds), dtype=object))
            self.engine.connection.execute(f"INSERT INTO {quoted(table)} SELECT * FROM filled")
            self.engine.connection.unregister("filled")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        rows: list[tuple[Any, ...]] = self.engine.run(sql)
        return rows

    def close(self) -> None:
        """Let the database go."""
        self.engine.connection.close()


def duckdb_engine() -> DuckDBRefilled:
    """A fresh DuckDB."""
    return DuckDBRefilled(connect())


ENGINES: Mapping[str, Callable[[], Any]] = {"duckdb": duckdb_engine, "sqlite": SQLite}


def fill(engine: Any, schema: Schema, tables: Mapping[str, Rows]) -> None:
    """Fill tables of the schema with rows given by column name; a column not given is empty."""
    for name, rows in tables.items():
        kinds = schema.tables[name].kinds()
        engine.fill(name, kinds, [tuple(row.get(column) for column in kinds) for row in rows])


def run(engine: Any, query: Query, written: str | None = None) -> list[dict[str, Any]]:
    """A query's rows by column name, plain values, sorted: the order of rows is no information.

    ``written`` is the query in the engine's words, where it was written before.
    """
    rows = [
        {name: plain(value) for name, value in zip(query.columns, row, strict=True)}
        for row in engine.run(written or write(query, engine.dialect))
    ]
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row.values()])


def plain(value: Any) -> Any:
    """A value as every engine could have said it: days as ISO text, truth as 0 or 1, numbers rounded to 12 digits."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal | float):
        return round(float(value), 12)
    return value
