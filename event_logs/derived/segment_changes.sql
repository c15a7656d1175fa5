-- One row a change of segment, with whether the assigned caseworker changed with it (no cover, at most 28 days before or after).
WITH moves AS (
    SELECT case_id, event_no, office, local_date, change_reason
    FROM events
    WHERE activity = 'segment_change'
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
    w.event_no IS NOT NULL AS worker_changed
FROM moves AS m
LEFT JOIN moved AS w ON w.case_id = m.case_id AND w.event_no = m.event_no
