"""Tally: what reading one file changed, each with its count; goes into the receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from procmine.engines.duckdb import DuckDB


@dataclass(slots=True)
class Tally:
    """What normalising one file changed, each with its count; goes into the receipt."""

    columns: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    expected: list[dict[str, Any]] = field(default_factory=list)
    vocabulary: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    system: list[dict[str, Any]] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    present: set[str] = field(default_factory=set)


def count_unreadable(engine: DuckDB, table: str, name: str, where: str, tally: Tally) -> None:
    """Note how many values of a column match ``where``: values that become empty because nobody can read them."""
    count, first = engine.run(f"SELECT COUNT(*), MIN(line) FROM {table} WHERE {where}")[0]
    if count:
        tally.unreadable.append({"column": name, "rows": int(count), "first_line": int(first)})
