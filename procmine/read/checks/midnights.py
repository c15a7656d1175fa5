"""Midnights: times that read 00:00:00 on the local clock, which mostly means that only the day was known."""

from __future__ import annotations

from procmine.engines.duckdb import literal, quoted
from procmine.read.checks.looking import Look


def midnights(look: Look) -> str:
    """One item an event with a clock time; a hit where the local clock read exactly midnight."""
    local = f"timezone({literal(look.zone)}, timezone('UTC', \"timestamp\"))"
    return (
        f"SELECT case_id, office, CASE WHEN {local} = CAST(local_date AS TIMESTAMP) THEN 1 ELSE 0 END AS hits, "
        f"1 AS looked_at FROM {quoted(look.table)} WHERE NOT date_only"
    )
