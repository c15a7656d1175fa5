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


def edges_query(by: str, condition: str, least_workers: int, codes: Codes, *, local: bool = False) -> str:
    """Five kinds of rows: the whole, an edge, an edge with one waiting time, with one giver, with one of those who had
    the first contact. Columns: which kind, both sides (kind, office, name; kind empty where not known), handovers,
    cases, warm ones, those whose type is recorded, days and whether a contact ended them (days empty: the receiving
    side is not known), and whether the worker of the row is known. ``local``: workers are numbered within each case.

    What is only derived to be warm counts as not recorded: that a handover was not warm can never be derived, and of
    derived ones alone all would be warm."""
    ends = "from_kind, from_office, from_name, to_kind, to_office, to_name"
    recorded = "NOT derived AND handover_type IN"
    return f"""WITH {_handed(condition, codes)},
        {_met(codes)},
        {_sides(by, local)},
        {_told(by, condition, least_workers, codes, local)}
        SELECT CASE WHEN GROUPING(from_kind) = 1 THEN 'whole' WHEN GROUPING(days) = 0 THEN 'days'
                WHEN GROUPING(giver) = 0 THEN 'giver' WHEN GROUPING(met_by) = 0 THEN 'met_by' ELSE 'edge' END AS kind,
            {ends}, COUNT(*) AS handovers, COUNT(DISTINCT case_id) AS cases,
            COUNT(*) FILTER (WHERE {recorded} {_list(codes.warm)}) AS warm,
            COUNT(*) FILTER (WHERE {recorded} {_list((*codes.warm, *codes.not_warm))}) AS known,
            days, happened, COALESCE(giver, met_by) IS NOT NULL AS by_known
        FROM told
        GROUP BY GROUPING SETS ((), ({ends}), ({ends}, days, happened), ({ends}, giver), ({ends}, met_by))
        ORDER BY ALL"""


def staff_query(by: str, condition: str, least_workers: int, codes: Codes) -> str:
    """How many caseworkers stand behind each side of the job centre: kind, office, name, workers. Only where workers
    are numbered over the whole log."""
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
                h.derived, h.to_role, h.to_org, COALESCE(h.office, '') AS office, h.worker, h.to_worker,
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
            SELECT h.handover_id, c.on_date, c.contact_no, c.team, COALESCE(c.office, '') AS office, c.worker,
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
                ARG_MIN_NULL(worker, contact_no) FILTER (WHERE sure = 1) AS met_worker,
                ARG_MIN(team, contact_no) FILTER (WHERE sure = 1 AND team IS NOT NULL) AS met_team,
                ARG_MIN(office, contact_no) FILTER (WHERE sure = 1 AND team IS NOT NULL) AS met_office
            FROM after GROUP BY handover_id
        ),
        reached AS (
            SELECT h.*, f.unsure_on, f.met_team, f.met_office, f.met_worker, LEAST(f.met_on, h.arrived_on) AS seen_on,
                h.outward OR h.to_worker IS NOT NULL OR h.receiving IS NOT NULL AS knowable
            FROM handed AS h LEFT JOIN first_after AS f ON f.handover_id = h.handover_id
        ),
        waited AS (
            SELECT *, CASE WHEN seen_on > LEAST(unsure_on, observed_until) THEN NULL ELSE seen_on END AS reached_on,
                LEAST(unsure_on, observed_until) AS watched_until
            FROM reached
        )"""


def _acts(value: str, known: str, local: bool) -> str:
    """What a worker was seen as on each day; workers who are numbered within a case only, in which case."""
    where = "worker, local_date, case_id" if local else "worker, local_date"
    return f"""acts AS (
            SELECT {where}, MIN({value}) AS seen FROM events
            WHERE worker IS NOT NULL AND {known} IS NOT NULL GROUP BY {where}
        )"""


def _asof(worker: str, name: str, local: bool) -> str:
    """The nearest day on which a worker was seen: before the handover or on its day, else after."""
    same = "{0}.worker = w.{1}" + (" AND {0}.case_id = w.case_id" if local else "")
    before, after = f"{name}_before", f"{name}_after"
    return f"""ASOF LEFT JOIN acts AS {before}
                ON {same.format(before, worker)} AND {before}.local_date <= w.on_date
            ASOF LEFT JOIN acts AS {after}
                ON {same.format(after, worker)} AND {after}.local_date >= w.on_date"""


def _sides(by: str, local: bool) -> str:
    """Both sides of each handover at a level."""
    if by == "function":
        return f"""{_acts("role", "role", local)},
        sided AS (
            SELECT w.*, 'function' AS from_kind, '' AS from_office, COALESCE(w.sending, g.function) AS from_name,
                CASE WHEN w.outward AND w.receiving IS NULL THEN 'outside' ELSE 'function' END AS to_kind,
                '' AS to_office,
                CASE WHEN w.outward THEN COALESCE(w.receiving, '') ELSE COALESCE(w.receiving, t.function) END AS to_name
            FROM (SELECT *, FALSE AS told_by_contact FROM waited) AS w
            {_asof("giver", "giver", local)}
            {_asof("taker", "taker", local)}
            LEFT JOIN role_functions AS g ON g.role = COALESCE(giver_before.seen, giver_after.seen)
            LEFT JOIN role_functions AS t ON t.role = COALESCE(taker_before.seen, taker_after.seen)
        )"""
    if by == "partner":
        return """sided AS (
            SELECT w.*, FALSE AS told_by_contact, 'office' AS from_kind, '' AS from_office, w.office AS from_name,
                'partner' AS to_kind, '' AS to_office, w.to_org AS to_name
            FROM waited AS w WHERE w.outward
        )"""
    return f"""{_acts("{'team': team, 'office': COALESCE(office, '')}", "team", local)},
        sided AS (
            SELECT w.*, COALESCE(taker_before.seen, taker_after.seen) IS NULL AND NOT w.outward AS told_by_contact,
                'team' AS from_kind,
                CASE WHEN w.own THEN w.office ELSE COALESCE(giver_before.seen, giver_after.seen).office END
                    AS from_office,
                CASE WHEN w.own THEN w.team ELSE COALESCE(giver_before.seen, giver_after.seen).team END AS from_name,
                CASE WHEN w.outward THEN 'outside' ELSE 'team' END AS to_kind,
                CASE WHEN w.outward THEN ''
                    ELSE COALESCE(COALESCE(taker_before.seen, taker_after.seen).office, w.met_office) END AS to_office,
                CASE WHEN w.outward THEN ''
                    ELSE COALESCE(COALESCE(taker_before.seen, taker_after.seen).team, w.met_team) END AS to_name
            FROM (SELECT *, team IS NOT NULL AND giver IS NOT DISTINCT FROM worker AS own FROM waited) AS w
            {_asof("giver", "giver", local)}
            {_asof("taker", "taker", local)}
        )"""


_WATCHED = "(SELECT *, knowable AND NOT told_by_contact AS watched FROM sided)"


def _told(by: str, condition: str, least_workers: int, codes: Codes, local: bool) -> str:
    """Both sides as they are shown, a side that is not known without kind, the waiting time, and who gave and who had
    the contact, where workers can be told apart. Where only the contact tells the receiving team there is no wait: all
    who wait for it still would be missing."""
    rest = f"""case_id, handover_type, derived, {"NULL" if local else "giver"} AS giver,
                CASE WHEN watched AND reached_on IS NOT NULL THEN {"NULL" if local else "met_worker"} END AS met_by,
                CASE WHEN watched THEN GREATEST(0, DATE_DIFF('day', on_date, COALESCE(reached_on, watched_until)))
                    END AS days,
                CASE WHEN watched THEN reached_on IS NOT NULL END AS happened"""
    if by != "team":
        return f"""told AS (
            SELECT {rest},
                CASE WHEN from_name IS NOT NULL THEN from_kind END AS from_kind, from_office, from_name,
                CASE WHEN to_name IS NOT NULL THEN to_kind END AS to_kind, to_office, to_name
            FROM {_WATCHED}
        )"""
    small = [_small(f"{end}.workers", least_workers) for end in ("f", "t")]
    sides = ", ".join(_shown(end, is_small) for end, is_small in zip(("from", "to"), small, strict=True))
    return f"""{_team_staff(condition, codes, local)},
        told AS (
            SELECT {rest}, {sides}
            FROM {_WATCHED}
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


def _team_staff(condition: str, codes: Codes, local: bool = False) -> str:
    """The caseworkers of each team; where they are numbered within each case nobody can count them, so none."""
    workers = "0" if local else "COUNT(DISTINCT worker)"
    return f"""team_staff AS (
            SELECT COALESCE(office, '') AS office, team, {workers} AS workers FROM events
            WHERE team IS NOT NULL AND (role IS NULL OR role NOT IN {_list(codes.not_staff)}) AND {condition}
            GROUP BY COALESCE(office, ''), team
        )"""


def _list(codes: Iterable[str]) -> str:
    return "(" + ", ".join(text(code) for code in codes) + ")"
