-- How often the assigned caseworker changes, counted over the time cases are under observation. One item is a case and a stretch
-- of that time (a month, or what of it the case was at risk); its denominator is the days with a known assignment.
-- Cover for leave or illness is no change. What is recorded twice on one day (a change and a handover) is one change: the day
-- counts if a reason other than cover is recorded, or no reason at all. Why it changed stands beside, one part a reason.
WITH known AS (
    SELECT case_id, from_date AS known_from
    FROM assignments
    WHERE opening
),
days_of_change AS (
    SELECT
        case_id,
        from_date AS changed_on,
        ARG_MIN(change_reason, assignment_id) FILTER (WHERE change_reason IS NOT NULL AND NOT cover) AS reason,
        COUNT(*) FILTER (WHERE cover) AS covers
    FROM assignments
    WHERE NOT opening
    GROUP BY case_id, from_date
),
changes AS (
    SELECT case_id, changed_on, reason
    FROM days_of_change
    WHERE reason IS NOT NULL OR covers = 0
),
stretches AS (
    SELECT
        t.case_id,
        t.office,
        t.from_date,
        t.to_date,
        CASE
            WHEN k.known_from > t.from_date THEN t.days - DATE_DIFF('day', t.from_date, k.known_from)
            ELSE t.days
        END AS days
    FROM case_time AS t
    JOIN known AS k ON k.case_id = t.case_id
    WHERE k.known_from <= t.to_date
),
counted AS (
    SELECT
        s.case_id,
        s.from_date,
        COUNT(*) AS changes,
        COUNT(*) FILTER (WHERE c.reason = 'client_wish') AS client_wish,
        COUNT(*) FILTER (WHERE c.reason = 'case') AS case_reason,
        COUNT(*) FILTER (WHERE c.reason IN ('age', 'legal')) AS by_rule,
        COUNT(*) FILTER (WHERE c.reason IN ('reorganisation', 'turnover')) AS by_organisation,
        COUNT(*) FILTER (WHERE c.reason IS NULL) AS reason_unknown
    FROM stretches AS s
    JOIN changes AS c ON c.case_id = s.case_id AND c.changed_on BETWEEN s.from_date AND s.to_date
    GROUP BY s.case_id, s.from_date
)
SELECT
    CAST(s.case_id AS VARCHAR) || '-' || CAST(s.from_date AS VARCHAR) AS item_id,
    s.case_id,
    s.office,
    s.to_date AS on_date,
    COALESCE(n.changes, 0) AS numerator,
    s.days AS denominator,
    COALESCE(n.client_wish, 0) AS client_wish,
    COALESCE(n.case_reason, 0) AS case_reason,
    COALESCE(n.by_rule, 0) AS by_rule,
    COALESCE(n.by_organisation, 0) AS by_organisation,
    COALESCE(n.reason_unknown, 0) AS reason_unknown
FROM stretches AS s
LEFT JOIN counted AS n ON n.case_id = s.case_id AND n.from_date = s.from_date
