-- How often benefits are reduced, counted over the time cases are under observation. One item is a case and a stretch
-- of that time; every notice counts on its day, also one that is lifted later. The types stand beside and add up to it.
WITH counted AS (
    SELECT
        t.case_id,
        t.from_date,
        COUNT(*) AS notices,
        COUNT(*) FILTER (WHERE s.sanction_type = 'missed_appointment') AS missed_appointment,
        COUNT(*) FILTER (WHERE s.sanction_type = 'breach') AS breach,
        COUNT(*) FILTER (WHERE s.sanction_type = 'not_reachable') AS not_reachable,
        COUNT(*) FILTER (WHERE s.sanction_type IS NULL) AS type_unknown
    FROM case_time AS t
    JOIN sanctions AS s ON s.case_id = t.case_id AND s.on_date BETWEEN t.from_date AND t.to_date
    GROUP BY t.case_id, t.from_date
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.from_date AS VARCHAR) AS item_id,
    t.case_id,
    t.office,
    t.to_date AS on_date,
    COALESCE(n.notices, 0) AS numerator,
    t.days AS denominator,
    COALESCE(n.missed_appointment, 0) AS missed_appointment,
    COALESCE(n.breach, 0) AS breach,
    COALESCE(n.not_reachable, 0) AS not_reachable,
    COALESCE(n.notices - n.missed_appointment - n.breach - n.not_reachable - n.type_unknown, 0) AS other_type,
    COALESCE(n.type_unknown, 0) AS type_unknown
FROM case_time AS t
LEFT JOIN counted AS n ON n.case_id = t.case_id AND n.from_date = t.from_date
