"""The rows behind the handovers: both sides, warm or not, and how long until the first contact after, in SQL.

Which rows are handovers and contacts is settled in the derived tables; here each handover gets its two sides at one
level and the contact that follows, and all is counted in the engine. ``network`` has the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from procmine.mine.chosen import text


@dataclass(frozen=True, slots=True)
class Codes:
    """Which codes mean what (``reference/tables.md``, contacts and handovers)."""

    warm: tuple[str, ...] = ("warm", "accompanied")
    not_warm: tuple[str, ...] = ("information_only", "facilitated", "file_only")
    outside: tuple[str, ...] = ("measure_provider", "partner", "employer")
    not_staff: tuple[str, ...] = ("client", "household_member", "measure_provider", "partner", "employer", "system")


def edges_query(by: str, condition: str, least_workers: int, codes: Codes) -> str:
    """Three kinds of rows: the whole, an edge, an edge with one waiting time. Columns: whole and edge (1 where the row
    is that or more), both sides (kind, office, name; kind empty where not known), handovers, cases, warm ones, those
    whose type is known, days and whether a contact ended them (days empty: the receiving side is not known)."""
    return f"""WITH {_handed(condition, codes)},
        {_met(codes)},
        {_SIDES[by]},
        {_told(by, condition, least_workers, codes)}
        SELECT GROUPING(from_kind) AS whole, GROUPING(days) AS edge,
            from_kind, from_office, from_name, to_kind, to_office, to_name,
            COUNT(*) AS handovers, COUNT(DISTINCT case_id) AS cases,
            COUNT(*) FILTER (WHERE handover_type IN {_list(codes.warm)}) AS warm,
            COUNT(*) FILTER (WHERE handover_type IN {_list((*codes.warm, *codes.not_warm))}) AS known,
            days, happened
        FROM told
        GROUP BY GROUPING SETS ((),
            (from_kind, from_office, from_name, to_kind, to_office, to_name),
            (from_kind, from_office, from_name, to_kind, to_office, to_name, days, happened))
        ORDER BY ALL"""


def staff_query(by: str, condition: str, least_workers: int, codes: Codes) -> str:
    """How many caseworkers stand behind each side of the job centre: kind, office, name, workers."""
    staff = f"""SELECT worker, COALESCE(office, '') AS office, team, role FROM events
        WHERE worker IS NOT NULL AND (role IS NULL OR role NOT IN {_list(codes.not_staff)}) AND {condition}"""
    if by == "function":
        return f"""SELECT 'function', '', f.function, COUNT(DISTINCT s.worker) FROM role_functions AS f
            LEFT JOIN ({staff}) AS s ON s.role = f.role
            WHERE f.role NOT IN {_list(codes.not_staff)} GROUP BY f.function ORDER BY ALL"""
    if by == "partner":
        return f"SELECT 'office', '', office, COUNT(DISTINCT worker) FROM ({staff}) GROUP BY office ORDER BY ALL"
    return f"""WITH staff AS ({staff}), {_team_staff(condition, codes)},
        placed AS (
            SELECT s.worker, {_small("t.workers", least_workers)} AS small, s.office, s.team
            FROM staff AS s JOIN team_staff AS t ON t.office = s.office AND t.team = s.team
        )
        SELECT CASE WHEN small THEN 'small_teams' ELSE 'team' END AS kind,
            CASE WHEN small THEN '' ELSE office END AS of_office, CASE WHEN small THEN '' ELSE team END AS name,
            COUNT(DISTINCT worker)
        FROM placed GROUP BY kind, of_office, name ORDER BY ALL"""


def _handed(condition: str, codes: Codes) -> str:
    """The handovers with the keys of the workers they name, and the functions of the roles."""
    return f"""handed AS (
            SELECT h.handover_id, h.case_id, h.on_date, h.observed_until, h.arrived_on, h.handover_type, h.role,
                h.to_role, h.to_org, COALESCE(h.office, '') AS office, h.worker, h.to_worker,
                h.transfer_kind = 'external' AS outward, e.event_no, e.team, s.function AS sending,
                r.function AS receiving, COALESCE(g.worker, h.worker) AS giver, t.worker AS taker
            FROM (SELECT *, CAST(SPLIT_PART(handover_id, '-', 2) AS INTEGER) AS event_no FROM handovers
                WHERE {condition}) AS h
            JOIN events AS e ON e.case_id = h.case_id AND e.event_no = h.event_no
            LEFT JOIN role_functions AS s ON s.role = h.role
            LEFT JOIN role_functions AS r ON r.role = h.to_role
            LEFT JOIN worker_names AS g ON g.name = h.from_worker
            LEFT JOIN worker_names AS t ON t.name = h.to_worker
        )"""


def _met(codes: Codes) -> str:
    """Each handover with the first contact after it that is surely with the receiving side, and the first that may be.

    ``sure`` is 1 for a contact with the receiving side, 2 where the log does not say, 0 for any other."""
    present = " OR ".join(f"'|' || c.participants || '|' LIKE {text(f'%|{role}|%')}" for role in codes.outside)
    return f"""after AS (
            SELECT h.handover_id, c.on_date, c.contact_no, c.team, COALESCE(c.office, '') AS office,
                CASE
                    WHEN h.outward AND (c.role IN {_list(codes.outside)} OR ({present})) THEN 1
                    WHEN h.outward AND c.participants IS NULL THEN 2
                    WHEN h.outward THEN 0
                    WHEN h.to_worker IS NOT NULL AND c.worker = h.taker THEN 1
                    WHEN h.to_worker IS NOT NULL AND c.worker IS NULL THEN 2
                    WHEN h.to_worker IS NOT NULL OR h.receiving IS NULL THEN 0
                    WHEN c.function IS NULL THEN 2
                    WHEN c.function <> h.receiving OR c.worker = h.giver THEN 0
                    WHEN h.receiving = h.sending AND (c.worker IS NULL OR h.giver IS NULL) THEN 2
                    ELSE 1
                END AS sure
            FROM handed AS h
            JOIN (SELECT *, CAST(SPLIT_PART(contact_id, '-', 2) AS INTEGER) AS contact_no FROM contacts) AS c
                ON c.case_id = h.case_id AND c.contact_no > h.event_no
        ),
        first_after AS (
            SELECT handover_id, MIN(on_date) FILTER (WHERE sure = 1) AS met_on,
                MIN(on_date) FILTER (WHERE sure = 2) AS unsure_on,
                ARG_MIN(team, contact_no) FILTER (WHERE sure = 1 AND team IS NOT NULL) AS met_team,
                ARG_MIN(office, contact_no) FILTER (WHERE sure = 1 AND team IS NOT NULL) AS met_office
            FROM after GROUP BY handover_id
        ),
        reached AS (
            SELECT h.*, f.unsure_on, f.met_team, f.met_office,
                CASE WHEN f.met_on > f.unsure_on THEN NULL ELSE f.met_on END AS met_on,
                h.outward OR h.to_worker IS NOT NULL OR h.receiving IS NOT NULL AS knowable
            FROM handed AS h LEFT JOIN first_after AS f ON f.handover_id = h.handover_id
        ),
        waited AS (
            SELECT *, LEAST(met_on, arrived_on) AS reached_on,
                LEAST(unsure_on, observed_until) AS watched_until
            FROM reached
        )"""


_NEAREST = """{table} AS (
            SELECT worker, local_date, MIN({value}) AS seen FROM events
            WHERE worker IS NOT NULL AND {known} IS NOT NULL GROUP BY worker, local_date
        )"""
_ROLES = _NEAREST.format(table="acts", value="role", known="role")
_TEAMS = _NEAREST.format(table="acts", value="{'team': team, 'office': COALESCE(office, '')}", known="team")


def _asof(worker: str, name: str) -> str:
    """The nearest day on which a worker was seen: before the handover or on its day, else after."""
    return f"""ASOF LEFT JOIN acts AS {name}_before
                ON {name}_before.worker = w.{worker} AND {name}_before.local_date <= w.on_date
            ASOF LEFT JOIN acts AS {name}_after
                ON {name}_after.worker = w.{worker} AND {name}_after.local_date >= w.on_date"""


_SIDES = {
    "function": f"""{_ROLES},
        sided AS (
            SELECT w.*, 'function' AS from_kind, '' AS from_office, COALESCE(w.sending, g.function) AS from_name,
                CASE WHEN w.outward AND w.receiving IS NULL THEN 'outside' ELSE 'function' END AS to_kind,
                '' AS to_office,
                CASE WHEN w.outward THEN COALESCE(w.receiving, '') ELSE COALESCE(w.receiving, t.function) END AS to_name
            FROM waited AS w
            {_asof("giver", "giver")}
            {_asof("taker", "taker")}
            LEFT JOIN role_functions AS g ON g.role = COALESCE(giver_before.seen, giver_after.seen)
            LEFT JOIN role_functions AS t ON t.role = COALESCE(taker_before.seen, taker_after.seen)
        )""",
    "team": f"""{_TEAMS},
        sided AS (
            SELECT w.*, 'team' AS from_kind,
                CASE WHEN w.own THEN w.office ELSE COALESCE(giver_before.seen, giver_after.seen).office END
                    AS from_office,
                CASE WHEN w.own THEN w.team ELSE COALESCE(giver_before.seen, giver_after.seen).team END AS from_name,
                CASE WHEN w.outward THEN 'outside' ELSE 'team' END AS to_kind,
                CASE WHEN w.outward THEN ''
                    ELSE COALESCE(COALESCE(taker_before.seen, taker_after.seen).office, w.met_office) END AS to_office,
                CASE WHEN w.outward THEN ''
                    ELSE COALESCE(COALESCE(taker_before.seen, taker_after.seen).team, w.met_team) END AS to_name
            FROM (SELECT *, team IS NOT NULL AND giver IS NOT DISTINCT FROM worker AS own FROM waited) AS w
            {_asof("giver", "giver")}
            {_asof("taker", "taker")}
        )""",
    "partner": """sided AS (
            SELECT w.*, 'office' AS from_kind, '' AS from_office, w.office AS from_name,
                'partner' AS to_kind, '' AS to_office, w.to_org AS to_name
            FROM waited AS w WHERE w.outward
        )""",
}


def _told(by: str, condition: str, least_workers: int, codes: Codes) -> str:
    """Both sides as they are shown, a side that is not known without kind, and the waiting time."""
    rest = """case_id, handover_type,
                CASE WHEN knowable THEN GREATEST(0, DATE_DIFF('day', on_date, COALESCE(reached_on, watched_until)))
                    END AS days,
                CASE WHEN knowable THEN reached_on IS NOT NULL END AS happened"""
    if by != "team":
        return f"""told AS (
            SELECT {rest},
                CASE WHEN from_name IS NOT NULL THEN from_kind END AS from_kind, from_office, from_name,
                CASE WHEN to_name IS NOT NULL THEN to_kind END AS to_kind, to_office, to_name
            FROM sided
        )"""
    small = [_small(f"{end}.workers", least_workers) for end in ("f", "t")]
    sides = ", ".join(_shown(end, is_small) for end, is_small in zip(("from", "to"), small, strict=True))
    return f"""{_team_staff(condition, codes)},
        told AS (
            SELECT {rest}, {sides}
            FROM sided
            LEFT JOIN team_staff AS f ON f.office = from_office AND f.team = from_name
            LEFT JOIN team_staff AS t ON t.office = to_office AND t.team = to_name
        )"""


def _shown(end: str, small: str) -> str:
    """The columns of one side: a team of too few caseworkers is one of the small ones."""
    lost = f"{end}_kind = 'team' AND {small}"
    return f"""CASE WHEN {end}_name IS NULL THEN NULL WHEN {lost} THEN 'small_teams' ELSE {end}_kind END AS {end}_kind,
                CASE WHEN {lost} THEN '' ELSE {end}_office END AS {end}_office,
                CASE WHEN {lost} THEN '' ELSE {end}_name END AS {end}_name"""


def _small(workers: str, least: int) -> str:
    return f"COALESCE({workers}, 0) < {int(least)}"


def _team_staff(condition: str, codes: Codes) -> str:
    return f"""team_staff AS (
            SELECT COALESCE(office, '') AS office, team, COUNT(DISTINCT worker) AS workers FROM events
            WHERE team IS NOT NULL AND (role IS NULL OR role NOT IN {_list(codes.not_staff)}) AND {condition}
            GROUP BY COALESCE(office, ''), team
        )"""


def _list(codes: Iterable[str]) -> str:
    return "(" + ", ".join(text(code) for code in codes) + ")"
