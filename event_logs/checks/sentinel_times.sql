-- Days that stand for "none" or "open" in data systems: the first day a system can count (1.1.1900, 1.1.1970, with the day
-- before for a zone's shift) and the last ones (from 2099 on, 31.12.9999).
WITH days AS (
    SELECT case_id, office, 'timestamp' AS what, local_date AS day FROM events WHERE timestamp IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'started_at' AS what, CAST(started_at AS DATE) AS day FROM events WHERE started_at IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'planned_at' AS what, planned_date AS day FROM events WHERE planned_at IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'requested_at' AS what, requested_date AS day FROM events WHERE requested_at IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'recorded_at' AS what, CAST(recorded_at AS DATE) AS day FROM events WHERE recorded_at IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'due_date' AS what, due_date AS day FROM events WHERE due_date IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'entry' AS what, entry AS day FROM events WHERE entry IS NOT NULL
    UNION ALL
    SELECT case_id, office, 'exit' AS what, exit AS day FROM events WHERE exit IS NOT NULL
),
judged AS (
    SELECT
        case_id,
        office,
        what,
        day,
        CASE
            WHEN day < DATE '1902-01-01' THEN 1
            WHEN day BETWEEN DATE '1969-12-31' AND DATE '1970-01-01' THEN 1
            WHEN day >= DATE '2099-01-01' THEN 1
            ELSE 0
        END AS hits
    FROM days
)
SELECT case_id, office, hits, 1 AS looked_at, what, CASE WHEN hits = 1 THEN CAST(day AS VARCHAR) END AS detail
FROM judged
