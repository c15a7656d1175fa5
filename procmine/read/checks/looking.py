"""Look: what a check computed in Python may see of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmine.engines.base import Engine
from procmine.engines.duckdb import literal, quoted
from procmine.schema import Schema


@dataclass(frozen=True, slots=True)
class Look:
    """A table of events in an engine, the columns its export lacks, and the check's limits and word lists.

    A computed check is a function of a Look that gives its items as SQL in the contract of a check, or, by language,
    why it cannot look.
    """

    engine: Engine
    table: str
    schema: Schema
    absent: frozenset[str]
    limits: Mapping[str, int | float]
    lists: Mapping[str, tuple[str, ...]]
    zone: str

    def label(self) -> str:
        """The label as the extract has it: our activity where no source file maps labels."""
        return 'COALESCE(activity_label, "activity")' if "activity_label" not in self.absent else '"activity"'

    def values(self, expression: str) -> dict[str, int]:
        """The distinct values of an expression with their rows, in order."""
        return {
            str(value): int(rows)
            for value, rows in self.engine.run(
                f"SELECT {expression} AS value, COUNT(*) FROM {quoted(self.table)} "
                "WHERE value IS NOT NULL GROUP BY value ORDER BY value"
            )
        }

    def items(self, expression: str, details: Mapping[str, str], *, extra: str = "") -> str:
        """Items, one an event where the expression has a value: a hit where that value has a detail."""
        listed = ", ".join(f"({literal(value)}, {literal(detail)})" for value, detail in sorted(details.items()))
        given = f"VALUES {listed}" if listed else "SELECT CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR) WHERE FALSE"
        return (
            f"SELECT e.case_id, e.office, CASE WHEN f.detail IS NULL THEN 0 ELSE 1 END AS hits, 1 AS looked_at, "
            f"f.detail{extra} FROM (SELECT case_id, office, {expression} AS value FROM {quoted(self.table)}) AS e "
            f"LEFT JOIN ({given}) AS f(value, detail) ON f.value = e.value WHERE e.value IS NOT NULL"
        )


def too_many(count: int, most: int) -> Mapping[str, str]:
    """Why a check that holds each label against the others does not look."""
    return {
        "de": f"Nicht prüfbar: {count} verschiedene Bezeichnungen; verglichen werden höchstens {most}.",
        "en": f"Not checkable: {count} different labels; at most {most} are compared.",
    }
