-- One row a change of segment, with whether the assigned caseworker changed with it: no cover, at most 28 days before
-- or after. Where none changed and fewer than 28 days were watched afterwards, it is not known.
WITH moves AS (
    SELECT case_id, event_no, office, local_date, change_reason
    FROM events
    WHERE activity = 'segment_change' AND (lifecycle = 'complete' OR lifecycle IS NULL)
),
moved AS (
    SELECT DISTINCT m.case_id, m.event_no
    FROM moves AS m
    JOIN assignments AS a ON a.case_id = m.case_id AND DATE_DIFF('day', m.local_date, a.from_date) BETWEEN -28 AND 28
    WHERE NOT a.opening AND (NOT a.cover OR a.cover IS NULL)
)
SELECT
    CAST(m.case_id AS VARCHAR) || '-' || CAST(m.event_no AS VARCHAR) AS change_id,
    m.case_id,
    m.office,
    m.local_date AS on_date,
    m.change_reason,
    CASE
        WHEN w.event_no IS NOT NULL THEN TRUE
        WHEN DATE_DIFF('day', m.local_date, c.observed_until) >= 28 THEN FALSE
    END AS worker_changed
FROM moves AS m
JOIN cases AS c ON c.case_id = m.case_id
LEFT JOIN moved AS w ON w.case_id = m.case_id AND w.event_no = m.event_no
