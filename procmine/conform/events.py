"""Templates that judge events: each trigger with its nearest partner, found by windows over the moments of a case.

Every figure comes twice: by steps that are meant for sure (2) and by those that may be meant (1 or 2), and order counts
only between different moments. What holds for sure is kept, what cannot hold is broken, all between is undetermined:
sound in every way the log could be completed, though it may leave open what a cleverer argument could decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from procmine.conform.steps import STEPS, value
from procmine.norms import Norm, Template

AROUND = "EXCLUDE CURRENT ROW"
TIED = f"(w GROUPS BETWEEN CURRENT ROW AND CURRENT ROW {AROUND})"


@dataclass(frozen=True, slots=True)
class Sight:
    """A way to look from an event as SQL: the frame of all moments there, that of the nearest one, the frame in which
    the nearest come first, with and without this very moment, what finds the nearest and the farthest of several, and
    the sign between here and a moment further on."""

    all: str
    next: str
    onward: str
    at_once: str
    nearest: str
    farthest: str
    before: str


AHEAD = Sight(
    "(w GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)",
    "(w GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)",
    "(w GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)",
    f"(w GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING {AROUND})",
    "MIN",
    "MAX",
    "<",
)
BEHIND = Sight(
    "(w GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
    "(w GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)",
    "(back GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)",
    f"(back GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING {AROUND})",
    "MAX",
    "MIN",
    ">",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """SQL of one half of a norm: the columns each step needs, whether a partner is there for sure or perhaps, why it is
    open if it is open, and until when the log must have been watched (an extra way in which that is known)."""

    columns: tuple[str, ...]
    sure: str
    maybe: str
    why: str
    settled: str


def half(norm: Norm, template: Template) -> tuple[str, Judged]:
    """The steps of one half with its columns, as SQL, and how they are judged; ``t`` is the trigger, ``p`` the
    partner."""
    trigger, partner = ("a", "b") if template.judges == "first" else ("b", "a")
    if template.negative and norm.end is not None:  # what is forbidden until a day is not forbidden after it
        partner = f"CASE WHEN day <= {value(norm.end)} THEN {partner} ELSE 0 END"
    sight = BEHIND if template.looks == "behind" else AHEAD
    gap = norm.template.name == "max_gap"
    if template.looks == "around":
        judged = _around(norm)
    elif norm.partners > 1:
        judged = _several(norm, sight)
    else:
        judged = {"any": _any, "alternate": _alternate, "chain": _chain}[template.close](norm, sight)
    columns = list(judged.columns)
    if template.negative:
        columns += [
            f"{_nth(text, 2, norm.partners, ' ORDER BY event_no')} OVER {sight.onward} AS p_{name}"
            for name, text in (("initiator", "COALESCE(initiator, '')"), ("role", "COALESCE(role, '')"))
        ]
    if gap:  # one activation a day: that of a step meant for sure, if there is one
        columns.append("ROW_NUMBER() OVER (PARTITION BY case_id, day ORDER BY t DESC, event_no DESC) AS nth")
    if norm.same:
        columns += [
            f"COUNT(*) FILTER (WHERE {which} > 0 AND key IS NULL) OVER (PARTITION BY case_id) AS {name}"
            for which, name in (("p", "loose"), ("t", "loose_other"))
        ]
    if norm.from_nth > 1:
        columns += _before()
    group = "case_id, key" if norm.same else "case_id"
    # The days between two days of contact are asked for: within a day nothing is a gap.
    whole_days = " REPLACE (CAST(day AS TIMESTAMP) AS moment)" if gap else ""
    query = (
        f"SELECT *, {', '.join(columns)} "
        f"FROM (SELECT *{whole_days}, {trigger} AS t, {partner} AS p FROM {STEPS}) AS told "
        f"WINDOW w AS (PARTITION BY {group} ORDER BY moment), back AS (PARTITION BY {group} ORDER BY moment DESC), "
        "own AS (PARTITION BY case_id ORDER BY moment)"
    )
    return query, judged


def _nth(value: str, least: int, number: int, order: str = "") -> str:
    """The value of the partner of that number, the nearest first, as SQL; of those meant at least so surely. ``order``
    is for values that differ within a moment."""
    return f"NTH_VALUE(CASE WHEN p >= {least} THEN {value} END, {number:d}{order} IGNORE NULLS)"


def _before() -> list[str]:
    """How many triggers stand before one: for sure, so or so if only the order is open, and perhaps."""
    until = f"(own GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW {AROUND})"
    return [
        "COUNT(*) FILTER (WHERE t = 2) OVER (own GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS sure_before",
        f"COUNT(*) FILTER (WHERE t = 2) OVER {until} AS tied_before",
        f"COUNT(*) FILTER (WHERE t > 0) OVER {until} AS maybe_before",
    ]


def within(norm: Norm, sight: Sight, day: str) -> str:
    """Whether a partner on that day lies within the time limit (or, of a least time, beyond it), as SQL; l is the row
    of the limit for the trigger's own day."""
    ahead = sight is AHEAD
    if norm.within is not None:
        return f"({day} <= l.until)" if ahead else f"({day} >= l.since)"
    if norm.at_least is not None:
        return f"({day} >= l.until)" if ahead else f"({day} <= l.before)"
    return "TRUE"


def _while_held(norm: Norm, sight: Sight, day: str) -> str:
    """That the step which settles a trigger's fate came while the norm held, as SQL: after its last day nobody owes
    what is still missing."""
    if norm.end is None or sight is not AHEAD:
        return f"{day} IS NOT NULL"
    return f"COALESCE({day} <= {value(norm.end)}, FALSE)"


def _several(norm: Norm, sight: Sight) -> Judged:
    """As many partners as the norm counts: the last of them must lie within the limit. Those of the same moment may
    stand on either side."""
    inside = {
        name: f"(s.{name} IS NOT NULL AND {within(norm, sight, f's.{name}')})" for name in ("sure", "apart", "maybe")
    }
    return Judged(
        columns=(
            f"{_nth('day', 2, norm.partners)} OVER {sight.onward} AS sure",
            f"{_nth('day', 1, norm.partners)} OVER {sight.onward} AS apart",
            f"{_nth('day', 1, norm.partners)} OVER {sight.at_once} AS maybe",
        ),
        sure=inside["sure"],
        maybe=inside["maybe"],
        why=f"CASE WHEN {inside['apart']} THEN 'missing' ELSE 'order' END",
        settled="FALSE",
    )


def _any(norm: Norm, sight: Sight) -> Judged:
    pick = sight.farthest if norm.at_least is not None else sight.nearest
    tied = "NULL" if norm.template.name == "max_gap" else f"MAX(p) OVER {TIED}"
    at_once = "COALESCE(s.tied, 0) > 0" if norm.at_least is None or norm.at_least.count == 0 else "FALSE"
    maybe = f"(s.maybe_day IS NOT NULL AND {within(norm, sight, 's.maybe_day')})"
    return Judged(
        columns=(
            f"{pick}(day) FILTER (WHERE p = 2) OVER {sight.all} AS sure_day",
            f"{pick}(day) FILTER (WHERE p > 0) OVER {sight.all} AS maybe_day",
            f"{tied} AS tied",
        ),
        sure=f"(s.sure_day IS NOT NULL AND {within(norm, sight, 's.sure_day')})",
        maybe=f"({maybe} OR {at_once})",
        why=f"CASE WHEN {maybe} THEN 'missing' ELSE 'order' END",
        settled="FALSE",
    )


def _alternate(norm: Norm, sight: Sight) -> Judged:
    nearest, over = sight.nearest, f"OVER {sight.all}"
    # A trigger of which it is not recorded what it shares may be one that stands between.
    between = " AND s.loose_other = 0" if norm.same else ""
    attributes = (
        "(s.maybe_at IS DISTINCT FROM s.sure_at OR s.maybe_other IS DISTINCT FROM s.sure_other "
        f"OR s.tied = 1 OR s.tied_other = 1{' OR s.loose_other > 0' if norm.same else ''})"
    )
    return Judged(
        columns=(
            f"{nearest}(moment) FILTER (WHERE p = 2) {over} AS sure_at",
            f"{nearest}(day) FILTER (WHERE p = 2) {over} AS sure_day",
            f"{nearest}(moment) FILTER (WHERE p > 0) {over} AS maybe_at",
            f"{nearest}(day) FILTER (WHERE p > 0) {over} AS maybe_day",
            f"{nearest}(moment) FILTER (WHERE t = 2) {over} AS sure_other",
            f"{nearest}(moment) FILTER (WHERE t > 0) {over} AS maybe_other",
            f"{nearest}(day) FILTER (WHERE t = 2) {over} AS other_day",
            f"MAX(p) OVER {TIED} AS tied",
            f"MAX(t) OVER {TIED} AS tied_other",
        ),
        sure=(
            f"(s.sure_at IS NOT NULL AND (s.maybe_other IS NULL OR s.sure_at {sight.before} s.maybe_other) "
            f"AND COALESCE(s.tied_other, 0) = 0 AND {within(norm, sight, 's.sure_day')}{between})"
        ),
        maybe=(
            f"(COALESCE(s.tied, 0) > 0 OR (s.maybe_at IS NOT NULL "
            f"AND (s.sure_other IS NULL OR s.maybe_at {sight.before}= s.sure_other) "
            f"AND {within(norm, sight, 's.maybe_day')}))"
        ),
        why=f"CASE WHEN {attributes} THEN 'missing' ELSE 'order' END",
        settled=_while_held(norm, sight, "s.other_day"),
    )


def _chain(norm: Norm, sight: Sight) -> Judged:
    inside = within(norm, sight, "s.next_day")
    return Judged(
        columns=(
            f"MIN(p) OVER {TIED} AS tied_least",
            f"MAX(p) OVER {TIED} AS tied",
            f"MIN(p) OVER {sight.next} AS next_least",
            f"MAX(p) OVER {sight.next} AS next_most",
            f"MIN(day) OVER {sight.next} AS next_day",
        ),
        sure=f"(COALESCE(s.tied_least, 2) = 2 AND COALESCE(s.next_least, 0) = 2 AND {inside})",
        maybe=f"(COALESCE(s.tied, 0) > 0 OR (COALESCE(s.next_most, 0) > 0 AND {inside}))",
        why="CASE WHEN s.tied IS NOT NULL OR s.next_most = 2 THEN 'order' ELSE 'missing' END",
        settled=_while_held(norm, sight, "s.next_day"),
    )


def _around(norm: Norm) -> Judged:
    """Order does not matter, so nothing is open because of it."""
    ahead = f"(w GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING {AROUND})"
    behind = f"(w GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW {AROUND})"
    found = {}
    for name in ("sure", "maybe"):
        found[name] = (
            f"(COALESCE({within(norm, AHEAD, f's.{name}_ahead')} AND s.{name}_ahead IS NOT NULL, FALSE) "
            f"OR COALESCE({within(norm, BEHIND, f's.{name}_behind')} AND s.{name}_behind IS NOT NULL, FALSE))"
        )
    return Judged(
        columns=(
            f"MIN(day) FILTER (WHERE p = 2) OVER {ahead} AS sure_ahead",
            f"MIN(day) FILTER (WHERE p > 0) OVER {ahead} AS maybe_ahead",
            f"MAX(day) FILTER (WHERE p = 2) OVER {behind} AS sure_behind",
            f"MAX(day) FILTER (WHERE p > 0) OVER {behind} AS maybe_behind",
        ),
        sure=found["sure"],
        maybe=found["maybe"],
        why="'missing'",
        settled="FALSE",
    )
