"""What an expression can see from where it stands: sources, columns, and what is allowed there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from procmine.errors import nearest
from procmine.sql.reading import Reading

Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """What stands in FROM: its columns (None where it was refused), and the log's table behind it, if one."""

    columns: Columns | None
    table: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an expression stands: the sources in sight (own SELECT first, then those around it), the WITH names, how to
    read a sub-query, what is allowed here, the columns the SELECT is grouped by (None where it is not grouped), and
    whether an aggregate is open."""

    chain: tuple[Mapping[str, Source], ...]
    withs: Mapping[str, Columns]
    inner: Callable[..., dict[str, str]]
    aggregates: bool = False
    windows: bool = False
    grouped: frozenset[tuple[str, str]] | None = None
    summing: bool = False

    def output_of(self, reading: Reading, node: Any) -> dict[str, str]:
        """The output of a sub-query that stands here and may look out at the sources around it."""
        return self.inner(reading, node, self.withs, self.chain, False)


def column(reading: Reading, node: Any, spot: Spot) -> str:
    """The family of a column. Sets its table in the tree and notes the need, or notes why it cannot be found."""
    if type(node.this).__name__ == "Star":
        return "any"  # refused by the allow-list
    name, table = lower(node.this), lower(node.args["table"]) if node.args.get("table") else ""
    for depth, sources in enumerate(spot.chain):
        found = [
            alias
            for alias, source in sources.items()
            if (alias == table if table else source.columns is None or name in source.columns)
        ]
        if found:
            return _found(reading, node, spot, depth, found)
    known = [alias for sources in spot.chain for alias in sources]
    if table:
        reading.fault_at(node, f"There is no table {table} in this SELECT.", nearest(table, known))
    else:
        own = spot.chain[0]
        holders = [source.table or alias for alias, source in own.items()]
        columns = [each for source in own.values() for each in source.columns or ()]
        what = f"{holders[0]} has" if len(holders) == 1 else f"None of {', '.join(holders)} has"
        negation = "no column" if len(holders) == 1 else "a column"
        what = f"{what} {negation} {name}." if holders else f"There is no table to take {name} from."
        reading.fault_at(node, what, nearest(name, set(columns)))
    return "any"


def _found(reading: Reading, node: Any, spot: Spot, depth: int, found: list[str]) -> str:
    from sqlglot import exp

    alias, name = found[0], node.name
    source = spot.chain[depth][alias]
    if len(found) > 1:
        choices = " or ".join(f"{each}.{name}" for each in found)
        reading.fault_at(node, f"{name} stands in {' and '.join(found)}.", f"Write {choices}.")
        return "any"
    if source.columns is None:
        return "any"
    if name not in source.columns:
        reading.fault_at(node, f"{source.table or alias} has no column {name}.", nearest(name, source.columns))
        return "any"
    if not node.args.get("table"):
        node.set("table", exp.to_identifier(alias))
    if source.table:
        reading.needs[source.table].add(name)
    if depth > 0 and spot.summing:
        reading.fault_at(node, f"{name} belongs to the SELECT around and cannot be summed here.", "Sum it there.")
    if depth == 0 and spot.grouped is not None and (alias, name) not in spot.grouped:
        reading.fault_at(node, f"{name} is neither grouped by nor summed.", "Name it in GROUP BY, or take MIN or MAX.")
    return source.columns[name]


def stands_in_where(node: Any) -> bool:
    """Whether a condition is one of those that WHERE joins by AND and OR, or its contrary one of those joined by AND.
    Anywhere else Spark 4.3 makes "not in it" of what is unknown: 1 IN (SELECT …) over 2 and NULL is false there, and
    empty in DuckDB and SQLite."""
    above, joined = node.parent, {"And", "Or", "Paren"}
    while type(above).__name__ in ("Paren", "Not"):
        joined -= {"Or"} if type(above).__name__ == "Not" else set()
        above = above.parent
    while type(above).__name__ in joined:
        above = above.parent
    return type(above).__name__ == "Where"


def lower(identifier: Any) -> str:
    """House names are lower case; an identifier is made so in the tree, since quoted names keep their case."""
    name = str(identifier.name).lower()
    identifier.set("this", name)
    return name
