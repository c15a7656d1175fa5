"""Templates that judge cases: how often, whether at all, first or last."""

from __future__ import annotations

from procmine.conform.steps import STEPS
from procmine.norms import Norm

# Kept and broken by what is known for sure (a, b) and what may be (ma, mb); n is how often. Anything else is open.
_STATES = {
    "existence": ("a >= {n}", "ma < {n}"),
    "absence": ("ma <= {n}", "a > {n}"),
    "exactly": ("a = {n} AND ma = {n}", "a > {n} OR ma < {n}"),
    "choice": ("a > 0 OR b > 0", "ma = 0 AND mb = 0"),
    "exclusive_choice": ("(a > 0 AND mb = 0) OR (b > 0 AND ma = 0)", "(a > 0 AND b > 0) OR (ma = 0 AND mb = 0)"),
    "co_existence": ("a > 0 AND b > 0", "(a > 0 AND mb = 0) OR (b > 0 AND ma = 0)"),
    "not_co_existence": ("(a > 0 AND mb = 0) OR (b > 0 AND ma = 0)", "a > 0 AND b > 0"),
    "init": ("least = 2", "most = 0"),
    "end": ("least = 2", "most = 0"),
}
# What no further event of the case can undo.
_FINAL = {
    "existence": "'kept'",
    "absence": "'broken'",
    "exactly": "CASE WHEN a > {n} THEN 'broken' END",
    "choice": "'kept'",
    "exclusive_choice": "CASE WHEN a > 0 AND b > 0 THEN 'broken' END",
    "co_existence": "CASE WHEN a > 0 AND b > 0 THEN 'kept' END",
    "not_co_existence": "CASE WHEN a > 0 AND b > 0 THEN 'broken' END",
}


# Of these a step breaks a broken one; of the others one is left out, or two are there that exclude each other.
_BY_A_STEP = ("absence", "init", "end")


def has_step(norm: Norm) -> bool:
    """Whether there is a step behind what is broken, so that it can be told who began it."""
    return norm.template.judges in ("first", "second") or bool(norm.template.halves) or norm.template.name in _BY_A_STEP


def judged_cases(norm: Norm) -> tuple[str, str, str, str, str]:
    """A row a case with the counts its state hangs on, as SQL; then whether it is kept, whether it is broken, why it is
    open if neither, and which of the two would be final though the case is not over."""
    name = norm.template.name
    kept, broken = (text.format(n=norm.times) for text in _STATES[name])
    final = _FINAL.get(name, "CAST(NULL AS VARCHAR)").format(n=norm.times)
    if name in ("init", "end"):
        why = "CASE WHEN most = 2 THEN 'order' ELSE 'missing' END"
        return _edge("DESC" if name == "end" else "ASC"), kept, broken, why, final
    inside = " WHERE s.day <= l.until" if norm.within is not None else ""
    joined = (
        f"FROM {STEPS} AS s JOIN norm_cases AS l ON l.case_id = s.case_id{inside}"
        if norm.within is not None
        else f"FROM {STEPS} AS s"
    )
    over = norm.times + 1
    counted = f"""
        SELECT
            case_id,
            COUNT(*) FILTER (WHERE a = 2) AS a, COUNT(*) FILTER (WHERE a > 0) AS ma,
            COUNT(*) FILTER (WHERE b = 2) AS b, COUNT(*) FILTER (WHERE b > 0) AS mb,
            MAX(initiator) FILTER (WHERE nth = {over:d} AND a = 2) AS initiator,
            MAX(role) FILTER (WHERE nth = {over:d} AND a = 2) AS role
        FROM (
            SELECT s.*, COUNT(*) FILTER (WHERE s.a = 2) OVER (PARTITION BY s.case_id ORDER BY s.event_no) AS nth
            {joined}
        ) AS told
        GROUP BY case_id
    """
    begun = "" if norm.template.judges == "case" else " WHERE ma + mb > 0"
    query = f"""
        SELECT
            c.case_id, COALESCE(n.a, 0) AS a, COALESCE(n.ma, 0) AS ma, COALESCE(n.b, 0) AS b, COALESCE(n.mb, 0) AS mb,
            n.initiator, n.role
        FROM cases AS c LEFT JOIN ({counted}) AS n ON n.case_id = c.case_id
    """
    return f"SELECT * FROM ({query}) AS counted{begun}", kept, broken, "'missing'", final


def _edge(order: str) -> str:
    """The steps of the first or the last moment of each case."""
    return f"""
        SELECT
            case_id, MIN(a) AS least, MAX(a) AS most,
            CASE WHEN COUNT(*) = 1 THEN MAX(initiator) END AS initiator,
            CASE WHEN COUNT(*) = 1 THEN MAX(role) END AS role
        FROM (SELECT *, RANK() OVER (PARTITION BY case_id ORDER BY moment {order}) AS place FROM {STEPS}) AS placed
        WHERE place = 1
        GROUP BY case_id
    """
