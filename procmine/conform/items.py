"""A norm's activations as a table in the engine: one row each, kept, broken or undetermined, and why.

An activation is in the rate (``due``) only where the whole time in which it could be kept lay under observation: the
time limit had run out (without a limit the case had ended) before the log or the case did, and the case had not begun
before the log. Of all others only the quick ones could be seen to be kept, or the loud ones to be broken: they have the
state that is certain, but a rate over them would lean.
"""

from __future__ import annotations

from procmine.conform.calendar import LIMITS, fill_calendar, fill_limits
from procmine.conform.cases import judged_cases
from procmine.conform.events import half
from procmine.conform.steps import all_of, fill_steps, value
from procmine.engines.base import Engine
from procmine.engines.duckdb import literal
from procmine.norms import Norm, Norms, Template

ITEMS = "norm_items"
CASES = "norm_cases"


def fill_items(engine: Engine, norm: Norm, all_norms: Norms) -> None:
    """Make the table of activations: item_id, case_id, office, on_date, state, why, due, cut (why it is not due),
    initiator, role, numerator, denominator. ``initiator`` and ``role`` are those of the step that is judged; of a
    forbidden one, of that."""
    limit = norm.within or norm.at_least
    if limit is not None:
        fill_calendar(engine, {all_norms.land, *all_norms.lands.values()}, limit)
    fill_limits(engine, limit)
    fill_steps(engine, norm)
    _fill_cases(engine, norm, all_norms)
    judged = [_of_cases(norm)] if not norm.template.looks and not norm.template.halves else _of_halves(norm, all_norms)
    engine.keep(
        ITEMS,
        f"""
        SELECT
            item_id, case_id, office, on_date, state, why, cut IS NULL AS due, cut, initiator, role,
            CASE state WHEN 'kept' THEN 1 WHEN 'broken' THEN 0 END AS numerator, 1 AS denominator
        FROM ({" UNION ALL ".join(judged)}) AS judged
        WHERE {_valid(norm)}
        """,
    )


def _fill_cases(engine: Engine, norm: Norm, norms: Norms) -> None:
    """The cases a norm may hold for: whether their begin and end were seen, and when a limit from their begin ends."""
    closed = "(c.exit_date IS NOT NULL AND c.exit_date <= o.last_day)" if norms.cases_end == "exit" else "TRUE"
    # An entry that is recorded says more than the first event, whatever the file assumes of the others.
    begin = "COALESCE(c.entry, c.first_date)" if norms.cases_begin == "first_event" else "c.entry"
    belongs = all_of(norm.population, "c")
    engine.keep(
        CASES,
        f"""
        SELECT
            c.case_id, c.office, c.first_date, c.last_date, c.observed_until, l.until,
            COALESCE({begin} >= o.first_day, FALSE) AS started,
            {closed} AS closed,
            CASE WHEN c.observed_until < o.last_day THEN 'left' ELSE 'running' END AS cut,
            o.first_day,
            ({belongs}) AS belongs
        FROM cases AS c
        CROSS JOIN observation AS o
        LEFT JOIN {LIMITS} AS l ON l.land = {_land(norms, "c.office")} AND l.day = c.first_date
        WHERE ({belongs}) IS DISTINCT FROM FALSE
        """,
    )


def _land(norms: Norms, office: str) -> str:
    """The Land of an office as SQL."""
    if not norms.lands:
        return literal(norms.land)
    named = " ".join(f"WHEN {literal(name)} THEN {literal(land)}" for name, land in sorted(norms.lands.items()))
    return f"CASE {office} {named} ELSE {literal(norms.land)} END"


def _of_halves(norm: Norm, norms: Norms) -> list[str]:
    return [_of_events(norm, template, norms, mark) for template, mark in zip(norm.halves, ("", "-b"), strict=False)]


def _of_events(norm: Norm, template: Template, norms: Norms, mark: str) -> str:
    query, judged = half(norm, template)
    unclear = ["s.t = 1", "c.belongs IS NULL", *(["s.key IS NULL"] if norm.same else [])]
    loose = "s.loose > 0" if norm.same else "FALSE"
    hit, miss = ("broken", "kept") if template.negative else ("kept", "broken")
    once = " AND s.nth = 1" if norm.template.name == "max_gap" else ""
    begun = "s.{0}".format
    if template.negative:  # what is told of is the forbidden step; an empty text of it is not recorded
        begun = "CASE WHEN s.p_{0} IS NULL THEN s.{0} ELSE NULLIF(s.p_{0}, '') END".format
    return f"""
        SELECT
            CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) || '{mark}' AS item_id,
            case_id, office, on_date, initiator, role,
            CASE WHEN unclear THEN 'undetermined' WHEN sure THEN '{hit}'
                 WHEN cut IS NOT NULL OR maybe OR loose THEN 'undetermined' ELSE '{miss}' END AS state,
            CASE WHEN sure AND NOT unclear THEN NULL WHEN cut IS NOT NULL THEN cut WHEN unclear THEN 'missing'
                 WHEN maybe THEN open WHEN loose THEN 'missing' END AS why,
            cut
        FROM (
            SELECT
                s.case_id, s.event_no, s.office, s.day AS on_date,
                {begun("initiator")} AS initiator, {begun("role")} AS role,
                {_cut(norm, template, judged.settled)} AS cut,
                COALESCE({" OR ".join(unclear)}, FALSE) AS unclear,
                COALESCE({judged.sure}, FALSE) AS sure, COALESCE({judged.maybe}, FALSE) AS maybe,
                {judged.why} AS open, {loose} AS loose
            FROM ({query}) AS s
            JOIN {CASES} AS c ON c.case_id = s.case_id
            LEFT JOIN {LIMITS} AS l ON l.land = {_land(norms, "s.office")} AND l.day = s.day
            WHERE s.t > 0{once}
        ) AS seen
    """


def _cut(norm: Norm, template: Template, settled: str) -> str:
    """Why an activation was not watched as long as it could be kept, as SQL; empty where it was."""
    limited = norm.within is not None
    ahead = "l.until <= c.observed_until" if limited else "c.closed"
    behind = "c.started OR l.since >= c.first_day" if limited else "c.started"
    later = "c.cut" if limited else "'running'"
    tests = []
    if template.looks in ("behind", "around"):
        tests.append(f"WHEN NOT COALESCE({behind}, FALSE) THEN 'history'")
    if template.looks in ("ahead", "around"):
        tests.append(f"WHEN NOT COALESCE({ahead}, FALSE) THEN {later}")
    return f"CASE WHEN {settled} THEN NULL {' '.join(tests)} END"


def _of_cases(norm: Norm) -> str:
    query, kept, broken, why, final = judged_cases(norm)
    name, limited = norm.template.name, norm.within is not None
    tests = [] if name == "end" else ["WHEN NOT c.started THEN 'history'"]
    if limited:
        tests.append("WHEN NOT COALESCE(c.until <= c.observed_until, FALSE) THEN c.cut")
    elif name != "init":
        tests.append("WHEN NOT c.closed THEN 'running'")
    day = "c.last_date" if name == "end" else "c.first_date"
    return f"""
        SELECT
            CAST(case_id AS VARCHAR) AS item_id, case_id, office, on_date, initiator, role,
            CASE WHEN belongs IS NULL THEN 'undetermined'
                 WHEN kept AND (cut IS NULL OR final = 'kept') THEN 'kept'
                 WHEN broken AND (cut IS NULL OR final = 'broken') THEN 'broken' ELSE 'undetermined' END AS state,
            CASE WHEN belongs AND (kept OR broken) AND (cut IS NULL OR (kept AND final = 'kept')
                      OR (broken AND final = 'broken')) THEN NULL
                 WHEN cut IS NOT NULL THEN cut WHEN belongs IS NULL THEN 'missing' ELSE open END AS why,
            cut
        FROM (
            SELECT
                n.case_id, c.office, {day} AS on_date, n.initiator, n.role, c.belongs,
                CASE {" ".join(tests)} END AS cut, {final} AS final, {kept} AS kept, {broken} AS broken, {why} AS open
            FROM ({query}) AS n
            JOIN {CASES} AS c ON c.case_id = n.case_id
        ) AS seen
    """


def _valid(norm: Norm) -> str:
    tests = [f"on_date >= {value(norm.start)}"] if norm.start else []
    tests += [f"on_date <= {value(norm.end)}"] if norm.end else []
    return " AND ".join(tests) or "TRUE"
