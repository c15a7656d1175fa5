"""The steps norms speak of, read from the log once for all norms: which are meant for sure by each, which perhaps.

A condition on an attribute that is not recorded is neither met nor failed (SQL's own three-valued logic), so an event
is meant for sure (2), perhaps (1) or not (0). Events of one moment have no known order: equal instants, and all events
of a day of which one bears no time of day. ``moment`` is the same for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from procmine.engines.base import Engine
from procmine.engines.duckdb import literal, quoted
from procmine.mine.counts import step_filter
from procmine.norms import Condition, Norm, Steps, rests_on

EVENTS = "norm_events"
STEPS = "norm_steps"
_ALWAYS = ("case_id", "event_no", "activity", "local_date", "timestamp", "date_only", "office", "initiator", "role")


def fill_events(engine: Engine, norms: Collection[Norm]) -> bool:
    """Make the table of all events that some of the norms speak of, with the columns they ask for; whether some of them
    bear a day only."""
    columns = dict.fromkeys((*_ALWAYS, *(column for norm in norms for column in rests_on(norm))))
    named: set[str] = set().union(*(activities for norm in norms for activities in norm.activities))
    wanted = "" if any(map(_every, norms)) else f" AND activity IN {listed(sorted(named))}"
    engine.keep(EVENTS, f"SELECT {', '.join(map(quoted, columns))} FROM events WHERE {step_filter(engine)}{wanted}")
    return bool(engine.run(f"SELECT 1 FROM {EVENTS} WHERE date_only LIMIT 1"))


def _every(norm: Norm) -> bool:
    """Whether the very next or first step matters, so that each step counts, whatever it is."""
    return norm.template.close == "chain" or norm.template.name in ("init", "end")


def steps_query(norm: Norm, dated: bool) -> str:
    """The norm's steps: ``a`` tells of the first kind, ``b`` of the second (of the first again where there is none),
    ``key`` holds what both must share. ``dated``: some events bear a day only."""
    second = norm.second or norm.first
    named = "" if _every(norm) else f" WHERE e.activity IN {listed(sorted(norm.first.activities | second.activities))}"
    # Of a case nothing counts once the norm has ended; of an event its partner may stand there, if that is no breach.
    whole = not norm.template.looks and not norm.template.halves
    ended = f" AND day <= {value(norm.end)}" if norm.end is not None and whole else ""
    kept = "" if _every(norm) else f" WHERE (a > 0 OR b > 0){ended}"
    key = f"CAST(e.{quoted(norm.same)} AS VARCHAR)" if norm.same else "CAST(NULL AS VARCHAR)"
    return f"""
        SELECT case_id, event_no, day, {_moment(dated)} AS moment, office, initiator, role, a, b, key
        FROM (
            SELECT
                e.case_id, e.event_no, e.local_date AS day, e.timestamp, e.date_only, e.office, e.initiator, e.role,
                {matches(norm.first)} AS a, {matches(second)} AS b, {key} AS key
            FROM {EVENTS} AS e{named}
        ) AS told{kept}
    """


def _moment(dated: bool) -> str:
    """Where an event stands in time; days of which one event bears no time of day are one moment."""
    if not dated:
        return "timestamp"
    day = "OVER (PARTITION BY case_id, day)"
    return f"CASE WHEN BOOL_OR(COALESCE(date_only, FALSE)) {day} THEN MIN(timestamp) {day} ELSE timestamp END"


def matches(steps: Steps) -> str:
    """2, 1 or 0 as SQL: an event e is one of the steps for sure, perhaps, not."""
    named = f"e.activity IN {listed(sorted(steps.activities))}"
    met = all_of(steps.conditions, "e")
    return f"CAST(CASE WHEN NOT {named} THEN 0 WHEN {met} THEN 2 WHEN ({met}) IS NULL THEN 1 ELSE 0 END AS TINYINT)"


def all_of(conditions: Sequence[Condition], table: str) -> str:
    """All conditions on a table's columns as SQL: true, false, or empty where it is not known."""
    return " AND ".join(f"({_condition(one, table)})" for one in conditions) or "TRUE"


def _condition(one: Condition, table: str) -> str:
    column = f"{table}.{quoted(one.column)}"
    parts = []
    if one.values and one.kind == "list":
        codes = f"STRING_SPLIT({column}, '|')"
        parts.append(" OR ".join(f"LIST_CONTAINS({codes}, {value(each)})" for each in one.values))
    elif one.values:
        parts.append(f"{column} IN {listed(one.values)}")
    if one.negated:
        parts = [f"NOT ({parts[0]})"] if parts else []
    if one.low is not None:
        parts.append(f"{column} >= {value(one.low)}")
    if one.high is not None:
        parts.append(f"{column} <= {value(one.high)}")
    return " AND ".join(f"({part})" for part in parts) or "TRUE"


def listed(values: Sequence[Any]) -> str:
    """Values as an SQL list."""
    return f"({', '.join(value(each) for each in values) or 'NULL'})"


def value(given: Any) -> str:
    """A value of a file of norms as SQL: texts and days quoted, numbers as Python writes them."""
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"
    if isinstance(given, date):
        return f"DATE {literal(given.isoformat())}"
    return repr(given) if isinstance(given, (int, float)) else literal(str(given))
