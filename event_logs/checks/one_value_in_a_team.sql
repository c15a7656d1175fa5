-- How many filled rows of a column lie in teams that nearly always write the same value, where their office does not.
WITH filled AS (
    SELECT 'initiator' AS what, office, team, case_id, initiator AS value FROM events WHERE team IS NOT NULL AND initiator IS NOT NULL
    UNION ALL
    SELECT 'setting_mode' AS what, office, team, case_id, setting_mode AS value FROM events WHERE team IS NOT NULL AND setting_mode IS NOT NULL
    UNION ALL
    SELECT 'occasion' AS what, office, team, case_id, occasion AS value FROM events WHERE team IS NOT NULL AND occasion IS NOT NULL
    UNION ALL
    SELECT 'legal_notice' AS what, office, team, case_id, legal_notice AS value FROM events WHERE team IS NOT NULL AND legal_notice IS NOT NULL
    UNION ALL
    SELECT 'location' AS what, office, team, case_id, location AS value FROM events WHERE team IS NOT NULL AND location IS NOT NULL
    UNION ALL
    SELECT 'visit_purpose' AS what, office, team, case_id, visit_purpose AS value FROM events WHERE team IS NOT NULL AND visit_purpose IS NOT NULL
    UNION ALL
    SELECT 'decision_mode' AS what, office, team, case_id, decision_mode AS value FROM events WHERE team IS NOT NULL AND decision_mode IS NOT NULL
    UNION ALL
    SELECT 'handover_type' AS what, office, team, case_id, handover_type AS value FROM events WHERE team IS NOT NULL AND handover_type IS NOT NULL
    UNION ALL
    SELECT 'target' AS what, office, team, case_id, target AS value FROM events WHERE team IS NOT NULL AND target IS NOT NULL
    UNION ALL
    SELECT 'access_route' AS what, office, team, case_id, access_route AS value FROM events WHERE team IS NOT NULL AND access_route IS NOT NULL
),
by_case AS (
    SELECT what, office, team, case_id, value, COUNT(*) AS filled_rows
    FROM filled
    GROUP BY what, office, team, case_id, value
),
by_team AS (
    SELECT what, office, team, value, SUM(filled_rows) AS filled_rows
    FROM by_case
    GROUP BY what, office, team, value
),
shares AS (
    SELECT what, office, team, MAX(filled_rows) AS most, SUM(filled_rows) AS filled_rows
    FROM by_team
    GROUP BY what, office, team
),
by_office AS (
    SELECT what, office, value, SUM(filled_rows) AS filled_rows
    FROM by_team
    GROUP BY what, office, value
),
habits AS (
    SELECT what, office, MAX(filled_rows) AS most, SUM(filled_rows) AS filled_rows
    FROM by_office
    GROUP BY what, office
),
uniform AS (
    SELECT s.what, s.office, s.team
    FROM shares AS s
    JOIN habits AS h ON h.what = s.what AND h.office IS NOT DISTINCT FROM s.office
    CROSS JOIN limits AS l
    WHERE s.filled_rows >= l.rows_of_a_team
      AND s.most >= l.share_of_a_team * s.filled_rows
      AND h.most < l.share_of_an_office * h.filled_rows
)
SELECT
    c.case_id,
    c.office,
    CASE WHEN u.team IS NOT NULL THEN c.filled_rows ELSE 0 END AS hits,
    c.filled_rows AS looked_at,
    c.what,
    c.team AS unit
FROM by_case AS c
LEFT JOIN uniform AS u ON u.what = c.what AND u.office IS NOT DISTINCT FROM c.office AND u.team = c.team
