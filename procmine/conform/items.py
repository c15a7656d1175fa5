"""A norm's activations as a table in the engine: one row each, kept, broken or undetermined, and why.

An activation is in the rate (``due``) only where the whole time in which it could be kept lay under observation: the
time limit had run out (without a limit the case had ended) before the log or the case did, and the case had not begun
before the log. Of all others only the quick ones could be seen to be kept, or the loud ones to be broken: they have the
state that is certain, but a rate over them would lean.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from procmine.conform.calendar import LIMITS, fill_limits, named
from procmine.conform.cases import judged_cases
from procmine.conform.events import half
from procmine.conform.steps import STEPS, all_of, fill_events, steps_query, value
from procmine.engines.base import Engine
from procmine.engines.duckdb import literal
from procmine.norms import Limit, Norm, Norms, Template

ITEMS = "norm_items"
CASES = "norm_cases"


@dataclass(frozen=True, slots=True)
class Ground:
    """What all norms of a file stand on, made once in the engine: the file's own terms, and whether some of the events
    bear a day only."""

    norms: Norms
    dated: bool


def fill_ground(engine: Engine, norms: Norms, judged: Collection[Norm]) -> Ground:
    """Make the tables that the norms ``judged`` share: their events, and when their limits run out."""
    ahead, behind = (
        [limit for norm in judged for half in norm.halves if (half.looks in looks) and (limit := _limit(norm))]
        for looks in (("", "ahead"), ("behind", "around"))
    )
    fill_limits(engine, {norms.land, *norms.lands.values()}, ahead, behind)
    return Ground(norms, fill_events(engine, judged))


def fill_items(engine: Engine, norm: Norm, ground: Ground) -> None:
    """Make the table of a norm's activations."""
    engine.keep(ITEMS, items_query(norm, ground))


def items_query(norm: Norm, ground: Ground) -> str:
    """A norm's activations: item_id, case_id, office, on_date, state, why, due, cut (why it is not due), initiator,
    role, numerator, denominator. ``initiator`` and ``role`` are those of the step that is judged; of a forbidden one,
    of that."""
    whole = not norm.template.looks and not norm.template.halves
    judged = [_of_cases(norm)] if whole else _of_halves(norm, ground.norms)
    return f"""
        WITH {STEPS} AS ({steps_query(norm, ground.dated)}),
        {CASES} AS ({_cases(norm, ground.norms)})
        SELECT
            item_id, case_id, office, on_date, state, why, cut IS NULL AS due, cut, initiator, role,
            CASE state WHEN 'kept' THEN 1 WHEN 'broken' THEN 0 END AS numerator, 1 AS denominator
        FROM ({" UNION ALL ".join(judged)}) AS judged
        WHERE {_valid(norm)}
    """


def _limit(norm: Norm) -> Limit | None:
    return norm.within or norm.at_least


def _limits(norm: Norm, norms: Norms, office: str, day: str) -> str:
    """The join of the row ``l`` of the norm's limit for an office and a day, as SQL; nothing where it has none."""
    limit = _limit(norm)
    if limit is None:
        return ""
    land = _land(norms, office)
    return f"LEFT JOIN {LIMITS} AS l ON l.name = {literal(named(limit))} AND l.land = {land} AND l.day = {day}"


def _cases(norm: Norm, norms: Norms) -> str:
    """The cases a norm may hold for: whether their begin and end were seen, and when a limit from their begin ends."""
    closed = "(c.exit_date IS NOT NULL AND c.exit_date <= o.last_day)" if norms.cases_end == "exit" else "TRUE"
    watched, last = "c.observed_until", "o.last_day"
    if norm.end is not None:  # a norm that no longer holds asks for nothing more: its last day is the last that counts
        closed = f"({closed} AND COALESCE(c.exit_date, c.last_date) <= {value(norm.end)})"
        watched, last = (f"LEAST({day}, {value(norm.end)})" for day in (watched, last))
    # An entry that is recorded says more than the first event, whatever the file assumes of the others.
    begin = "COALESCE(c.entry, c.first_date)" if norms.cases_begin == "first_event" else "c.entry"
    belongs = all_of(norm.population, "c")
    return f"""
        SELECT
            c.case_id, c.office, c.first_date, c.last_date, {watched} AS observed_until,
            {"CAST(NULL AS DATE)" if _limit(norm) is None else "l.until"} AS until,
            COALESCE({begin} >= o.first_day, FALSE) AS started,
            {closed} AS closed,
            CASE WHEN {watched} < {last} THEN 'left' ELSE 'running' END AS cut,
            o.first_day,
            ({belongs}) AS belongs
        FROM cases AS c
        CROSS JOIN observation AS o
        {_limits(norm, norms, "c.office", "c.first_date")}
        WHERE ({belongs}) IS DISTINCT FROM FALSE
    """


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
    why_unclear = "'missing'"
    if norm.from_nth > 1:
        wanted = norm.from_nth - 1
        once = f" AND (s.maybe_before >= {wanted:d} OR NOT c.started)"
        unclear.append(f"s.sure_before < {wanted:d}")
        why_unclear = (
            f"CASE WHEN s.sure_before < {wanted:d} AND s.tied_before >= {wanted:d} THEN 'order' ELSE 'missing' END"
        )
    begun = "s.{0}".format
    if template.negative:  # what is told of is the forbidden step; an empty text of it is not recorded
        begun = "CASE WHEN s.p_{0} IS NULL THEN s.{0} ELSE NULLIF(s.p_{0}, '') END".format
    return f"""
        SELECT
            CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) || '{mark}' AS item_id,
            case_id, office, on_date, initiator, role,
            CASE WHEN unclear THEN 'undetermined' WHEN sure THEN '{hit}'
                 WHEN cut IS NOT NULL OR maybe OR loose THEN 'undetermined' ELSE '{miss}' END AS state,
            CASE WHEN sure AND NOT unclear THEN NULL WHEN cut IS NOT NULL THEN cut WHEN unclear THEN why_unclear
                 WHEN maybe THEN open WHEN loose THEN 'missing' END AS why,
            cut
        FROM (
            SELECT
                s.case_id, s.event_no, s.office, s.day AS on_date,
                {begun("initiator")} AS initiator, {begun("role")} AS role,
                {_cut(norm, template, judged.settled)} AS cut,
                COALESCE({" OR ".join(unclear)}, FALSE) AS unclear, {why_unclear} AS why_unclear,
                COALESCE({judged.sure}, FALSE) AS sure, COALESCE({judged.maybe}, FALSE) AS maybe,
                {judged.why} AS open, {loose} AS loose
            FROM ({query}) AS s
            JOIN {CASES} AS c ON c.case_id = s.case_id
            {_limits(norm, norms, "s.office", "s.day")}
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
    if norm.from_nth > 1:
        tests.append(f"WHEN s.sure_before < {norm.from_nth - 1:d} AND NOT c.started THEN 'history'")
    tests.append(f"WHEN {settled} THEN NULL")
    if template.looks in ("behind", "around"):
        tests.append(f"WHEN NOT COALESCE({behind}, FALSE) THEN 'history'")
    if template.looks in ("ahead", "around"):
        tests.append(f"WHEN NOT COALESCE({ahead}, FALSE) THEN {later}")
    return f"CASE {' '.join(tests)} ELSE NULL END"


def _of_cases(norm: Norm) -> str:
    query, kept, broken, why, final = judged_cases(norm)
    name, limited = norm.template.name, norm.within is not None
    tests = [] if name == "end" else ["WHEN NOT c.started THEN 'history'"]
    if limited:
        tests.append("WHEN NOT COALESCE(c.until <= c.observed_until, FALSE) THEN c.cut")
        # The limit runs from the first step: where that was not seen, nobody knows which steps lie within it.
        final = f"CASE WHEN c.started THEN {final} END"
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
