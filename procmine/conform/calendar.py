"""The day table of a norm in the engine: for each Land and day, when a time limit that begins there runs out.

``working_calendar`` has one row a Land and day: whether it is a working day (Monday to Friday, no holiday), its number
(working days up to and including it) and the next working day (itself, if it is one). From it follow, for one limit,
``until`` (its last day, where the limit begins with an event of that day) and the other way round ``since`` (the first
day whose limit still reaches that day) and ``before`` (the last day whose limit had run out by then).

How days are counted: the day of the event does not count (§ 187 (1) BGB); a limit of days ends with the last of them,
one of weeks or months on the day of the same name or number, or the last of the month (§ 188 BGB); what ends on a
Saturday, Sunday or holiday ends on the next working day (§ 193 BGB, for authorities § 26 (3) SGB X). Days are local
days, so that neither a time of day nor the change of the clocks matters.
"""

from __future__ import annotations

from collections.abc import Collection

from procmine.engines.base import Engine
from procmine.engines.duckdb import literal
from procmine.norms import Limit, free_days

CALENDAR = "working_calendar"
LIMITS = "norm_limits"
_DAYS_OF = {"days": 1, "weeks": 7, "months": 31, "working_days": 3}


def fill_calendar(engine: Engine, lands: Collection[str], limit: Limit) -> None:
    """Make the table of all days of the years in which the log has events, and of as many around as the limit needs."""
    reach = 1 + (limit.count * _DAYS_OF[limit.unit] + 20) // 365
    occurring = [int(row[0]) for row in engine.run("SELECT DISTINCT EXTRACT(year FROM local_date) FROM events")]
    years = sorted({year + step for year in occurring for step in range(-reach, reach + 1)} & set(range(1, 9999)))
    spans = ", ".join(f"(DATE '{year:04d}-01-01', DATE '{year:04d}-12-31')" for year in years)
    named = ", ".join(f"({literal(land)})" for land in sorted(lands))
    off = [
        f"({literal(land)}, DATE {literal(day.isoformat())})"
        for land in sorted(lands)
        for day in free_days(land, years)
    ]
    free = ", ".join(off) or "('', DATE '0001-01-01')"
    spanned = spans or "(DATE '2000-01-01', DATE '2000-12-31')"
    engine.keep(
        CALENDAR,
        f"""
        WITH days AS (
            SELECT CAST(UNNEST(GENERATE_SERIES(s.a, s.z, INTERVAL 1 DAY)) AS DATE) AS day
            FROM (VALUES {spanned}) AS s(a, z)
        ),
        named AS (
            SELECT l.land, d.day, ISODOW(d.day) < 6 AND f.day IS NULL AS working
            FROM (VALUES {named}) AS l(land)
            CROSS JOIN days AS d
            LEFT JOIN (VALUES {free}) AS f(land, day) ON f.land = l.land AND f.day = d.day
        )
        SELECT
            land,
            day,
            working,
            COUNT(*) FILTER (WHERE working) OVER (PARTITION BY land ORDER BY day) AS number,
            MIN(day) FILTER (WHERE working) OVER (
                PARTITION BY land ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
            ) AS next_working
        FROM named
        """,
    )


def fill_limits(engine: Engine, limit: Limit | None) -> None:
    """Make the table of one limit: land, day, until, since, before; an empty one where there is no limit."""
    if limit is None:
        days = ", ".join(f"CAST(NULL AS DATE) AS {name}" for name in ("day", "until", "since", "before"))
        engine.keep(LIMITS, f"SELECT '' AS land, {days} WHERE FALSE")
        return
    engine.keep(
        LIMITS,
        f"""
        WITH ends AS ({_ends(limit)}),
        reached AS (SELECT land, until, MIN(day) AS first_day, MAX(day) AS last_day FROM ends GROUP BY land, until)
        SELECT e.land, e.day, e.until, r.first_day AS since, p.last_day AS before
        FROM ends AS e
        ASOF LEFT JOIN reached AS r ON r.land = e.land AND r.until >= e.day
        ASOF LEFT JOIN reached AS p ON p.land = e.land AND p.until <= e.day
        """,
    )


def _ends(limit: Limit) -> str:
    """Each day with the last day of the limit that an event on it sets running."""
    if limit.unit == "working_days":
        return (
            f"SELECT c.land, c.day, t.day AS until FROM {CALENDAR} AS c JOIN {CALENDAR} AS t "
            f"ON t.land = c.land AND t.working AND t.number = c.number + {limit.count:d}"
        )
    amount = {"days": "DAY", "weeks": "WEEK", "months": "MONTH"}[limit.unit]
    last = f"CAST(c.day + INTERVAL {limit.count:d} {amount} AS DATE)"
    until = "t.next_working" if limit.extends else "t.day"
    return (
        f"SELECT c.land, c.day, {until} AS until FROM {CALENDAR} AS c JOIN {CALENDAR} AS t "
        f"ON t.land = c.land AND t.day = {last} WHERE {until} IS NOT NULL"
    )
