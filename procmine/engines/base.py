"""Engine: fill a table, run a query; all that the floors above may ask of a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Engine(Protocol):
    """A database that holds a log's tables. ``dialect`` is the SQL dialect a query is written in for it."""

    @property
    def dialect(self) -> str:
        """The name of the SQL dialect."""
        ...

    def fill(self, table: str, kinds: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make ``table`` with columns of the given kinds (schema.KINDS) and put ``rows`` into it."""
        ...

    def beside(self) -> Engine:
        """Another connection to the same tables, with temporary tables of its own; itself where there is no such."""
        ...

    def keep(self, table: str, sql: str) -> None:
        """Make the temporary table ``table`` of a query's result, in place of one of that name."""
        ...

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        ...

    def columns(self, sql: str) -> dict[str, Any]:
        """The result of a query as one numpy array a column, for what is too long to be a list of rows."""
        ...
