-- One row a stretch with one assigned caseworker: the first known one of each case, then one for every change of caseworker and
-- every handover inside the house that names a caseworker. A stretch lasts to the next change; empty = it still lasts. Cover
-- (a stand-in for leave or illness) is marked as such where the reason is recorded.
WITH changes AS (
    SELECT
        case_id, event_no, office, local_date, change_reason, from_worker, to_worker,
        ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY event_no) AS change_number,
        LEAD(local_date) OVER (PARTITION BY case_id ORDER BY event_no) AS next_date
    FROM events
    WHERE activity = 'worker_change'
       OR (activity = 'handover' AND to_org IS NULL AND (from_worker IS NOT NULL OR to_worker IS NOT NULL))
),
known AS (
    SELECT DISTINCT case_id FROM contacts WHERE worker IS NOT NULL
    UNION ALL
    SELECT case_id FROM changes WHERE change_number = 1
)
SELECT
    CAST(c.case_id AS VARCHAR) || '-0' AS assignment_id,
    c.case_id,
    c.office,
    c.first_date AS from_date,
    f.local_date AS to_date,
    TRUE AS opening,
    FALSE AS cover,
    CAST(NULL AS VARCHAR) AS change_reason,
    CAST(NULL AS VARCHAR) AS from_worker,
    f.from_worker AS to_worker
FROM cases AS c
LEFT JOIN changes AS f ON f.case_id = c.case_id AND f.change_number = 1
WHERE c.case_id IN (SELECT case_id FROM known)
UNION ALL
SELECT
    CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) AS assignment_id,
    case_id,
    office,
    local_date AS from_date,
    next_date AS to_date,
    FALSE AS opening,
    change_reason = 'cover' AS cover,
    change_reason,
    from_worker,
    to_worker
FROM changes
