-- One row a signal of need from the client's side: a request, a report of a change, a voiced concern, a crisis, the end
-- of a job or a measure. What the office itself began is none.
WITH signals AS (
    SELECT e.case_id, e.event_no, e.office, e.local_date, e.activity
    FROM events AS e
    JOIN activity_kinds AS k ON k.activity = e.activity
    WHERE (k.kind = 'trigger' OR e.activity IN ('contact_request', 'measure_end', 'measure_dropout'))
      AND (e.initiator IS NULL OR e.initiator NOT IN ('caseworker', 'benefits', 'system_calendar'))
),
answered AS (
    SELECT s.case_id, s.event_no, MIN(c.on_date) AS next_contact_on
    FROM signals AS s
    JOIN contacts AS c ON c.case_id = s.case_id AND c.on_date >= s.local_date
    GROUP BY s.case_id, s.event_no
)
SELECT
    CAST(s.case_id AS VARCHAR) || '-' || CAST(s.event_no AS VARCHAR) AS trigger_id,
    s.case_id,
    s.office,
    s.local_date AS on_date,
    s.activity,
    a.next_contact_on,
    CASE WHEN o.observed_until < s.local_date THEN s.local_date ELSE o.observed_until END AS observed_until
FROM signals AS s
JOIN cases AS o ON o.case_id = s.case_id
LEFT JOIN answered AS a ON a.case_id = s.case_id AND a.event_no = s.event_no
