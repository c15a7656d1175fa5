-- One row a conflict that left a trace: an objection. Complaints and bans from the house are no events of the
-- vocabulary.
SELECT
    CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) AS conflict_id,
    case_id,
    office,
    local_date AS on_date,
    activity
FROM events
WHERE activity = 'objection' AND (lifecycle = 'complete' OR lifecycle IS NULL)
