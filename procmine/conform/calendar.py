"""The day table of norms in the engine: for each limit, Land and day, when a limit that begins there runs out.

``working_calendar`` has one row a Land and day: whether it is a working day (Monday to Friday, no holiday), its number
(working days up to and including it) and the next working day (itself, if it is one). From it follow, for each limit,
``until`` (its last day, where the limit begins with an event of that day) and the other way round ``since`` (the first
day whose limit still reaches that day) and ``before`` (the last day whose limit had run out by then).

How days are counted: the day of the event does not count (§ 187 (1) BGB); a limit of days ends with the last of them,
one of weeks or months on the day of the same name or number, or the last of the month (§ 188 BGB); what ends on a
Saturday, Sunday or holiday ends on the next working day (§ 193 BGB, for authorities § 26 (3) SGB X). Days are local
days, so that neither a time of day nor the change of the clocks matters.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from procmine.engines.base import Engine
from procmine.engines.duckdb import literal
from procmine.norms import Limit, free_days

CALENDAR = "working_calendar"
LIMITS = "norm_limits"
_DAYS_OF = {"days": 1, "weeks": 7, "months": 31, "working_days": 3}


def named(limit: Limit) -> str:
    """The name under which a limit stands in the table of all."""
    return f"{limit.count} {limit.unit}{' extended' if limit.extends else ''}"


def fill_limits(engine: Engine, lands: Collection[str], ahead: Collection[Limit], behind: Collection[Limit]) -> None:
    """Make the table of all limits, those that norms look ahead over and those they look back over: its name, land,
    day, until, and of the latter since and before; none where there are no limits."""
    backwards = sorted(set(behind), key=named)
    forwards = sorted(set(ahead) - set(behind), key=named)
    if not forwards and not backwards:
        return
    _fill_calendar(engine, sorted(set(lands)), (*forwards, *backwards))
    parts = [
        f"SELECT name, land, day, until, {', '.join(f'CAST(NULL AS DATE) AS {name}' for name in ('since', 'before'))} "
        f"FROM ({_ends(limit)}) AS ends"
        for limit in forwards
    ]
    if backwards:
        parts.append(_both_ways(backwards))
    engine.keep(LIMITS, " UNION ALL ".join(parts))


def _both_ways(limits: Sequence[Limit]) -> str:
    return f"""
        (WITH ends AS ({" UNION ALL ".join(map(_ends, limits))}),
        reached AS (
            SELECT name, land, until, MIN(day) AS first_day, MAX(day) AS last_day FROM ends GROUP BY name, land, until
        )
        SELECT e.name, e.land, e.day, e.until, r.first_day AS since, p.last_day AS before
        FROM ends AS e
        ASOF LEFT JOIN reached AS r ON r.name = e.name AND r.land = e.land AND r.until >= e.day
        ASOF LEFT JOIN reached AS p ON p.name = e.name AND p.land = e.land AND p.until <= e.day)
    """


def _fill_calendar(engine: Engine, lands: Sequence[str], limits: Collection[Limit]) -> None:
    """Make the table of all days of the years in which the log has events, and of as many around as the limits need."""
    reach = 1 + max(limit.count * _DAYS_OF[limit.unit] + 20 for limit in limits) // 365
    occurring = [int(row[0]) for row in engine.run("SELECT DISTINCT EXTRACT(year FROM local_date) FROM events")]
    years = sorted({year + step for year in occurring for step in range(-reach, reach + 1)} & set(range(1, 9999)))
    spans = ", ".join(f"(DATE '{year:04d}-01-01', DATE '{year:04d}-12-31')" for year in years)
    off = [f"({literal(land)}, DATE {literal(day.isoformat())})" for land in lands for day in free_days(land, years)]
    free = ", ".join(off) or "('', DATE '0001-01-01')"
    engine.keep(
        CALENDAR,
        f"""
        WITH days AS (
            SELECT CAST(UNNEST(GENERATE_SERIES(s.a, s.z, INTERVAL 1 DAY)) AS DATE) AS day
            FROM (VALUES {spans or "(DATE '2000-01-01', DATE '2000-12-31')"}) AS s(a, z)
        ),
        listed AS (
            SELECT l.land, d.day, ISODOW(d.day) < 6 AND f.day IS NULL AS working
            FROM (VALUES {", ".join(f"({literal(land)})" for land in lands)}) AS l(land)
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
        FROM listed
        """,
    )


def _ends(limit: Limit) -> str:
    """Each day with the last day of the limit that an event on it sets running."""
    name = f"SELECT {literal(named(limit))} AS name, c.land, c.day"
    if limit.unit == "working_days":
        return (
            f"{name}, t.day AS until FROM {CALENDAR} AS c JOIN {CALENDAR} AS t "
            f"ON t.land = c.land AND t.working AND t.number = c.number + {limit.count:d}"
        )
    amount = {"days": "DAY", "weeks": "WEEK", "months": "MONTH"}[limit.unit]
    last = f"CAST(c.day + INTERVAL {limit.count:d} {amount} AS DATE)"
    until = "t.next_working" if limit.extends else "t.day"
    return (
        f"{name}, {until} AS until FROM {CALENDAR} AS c JOIN {CALENDAR} AS t "
        f"ON t.land = c.land AND t.day = {last} WHERE {until} IS NOT NULL"
    )
