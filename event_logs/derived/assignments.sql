-- One row a stretch with one assigned caseworker: the first one of each case that is known to have any, then one for
-- every change of caseworker and every handover inside the house that names a caseworker. A stretch lasts to the next
-- change; empty = it still lasts. The assigned caseworker is of the integration side: what goes to another side (a
-- benefits worker drawn in, a specialist) changes nothing, nor does what the benefits side changes or hands over, what
-- the front office hands over, what changes at a provider, or a change from somebody to the same. Cover (a stand-in for
-- leave or illness) is told by its reason; where no reason is recorded, the way back to the caseworker who was covered
-- for belongs to the cover.
WITH told AS (
    SELECT e.case_id, e.event_no, e.office, e.local_date, e.change_reason, e.from_worker, e.to_worker
    FROM events AS e
    LEFT JOIN role_functions AS sender ON sender.role = e.role
    LEFT JOIN role_functions AS receiver ON receiver.role = e.to_role
    WHERE (e.lifecycle IN ('complete', 'assign', 'reassign') OR e.lifecycle IS NULL)
      AND (e.activity = 'worker_change'
          OR (e.activity = 'handover'
              AND e.to_org IS NULL
              AND (e.from_worker IS NOT NULL OR e.to_worker IS NOT NULL)
              AND COALESCE(sender.function, '') NOT IN ('benefits', 'front')))
      AND (receiver.function = 'integration'
          OR (receiver.function IS NULL AND COALESCE(sender.function, '') NOT IN ('benefits', 'provider')))
      AND (e.from_worker IS NULL OR e.to_worker IS NULL OR e.from_worker <> e.to_worker)
),
changes AS (
    SELECT
        case_id, event_no, office, local_date, change_reason, from_worker, to_worker,
        ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY event_no) AS change_number,
        LEAD(local_date) OVER (PARTITION BY case_id ORDER BY event_no) AS next_date,
        LAG(change_reason) OVER (PARTITION BY case_id ORDER BY event_no) AS reason_before,
        LAG(from_worker) OVER (PARTITION BY case_id ORDER BY event_no) AS covered_for
    FROM told
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
    CASE
        WHEN change_reason IS NOT NULL THEN change_reason = 'cover'
        WHEN reason_before = 'cover' AND to_worker = covered_for THEN TRUE
    END AS cover,
    change_reason,
    from_worker,
    to_worker
FROM changes
