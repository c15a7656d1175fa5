-- One row a reduction of benefits. Lifted on the day of the first lifting after it and before the next reduction.
-- recontact_on is the first later day with a contact that the client or household began or that was booked, agreed or
-- open; unclear_on the first later day with a contact of which neither who began it nor how it was set is recorded.
WITH told AS (
    SELECT case_id, event_no, office, local_date, activity, sanction_type
    FROM events
    WHERE activity IN ('reduction', 'reduction_lifted') AND (lifecycle = 'complete' OR lifecycle IS NULL)
),
notices AS (
    SELECT
        case_id, event_no, office, local_date, sanction_type,
        LEAD(event_no) OVER (PARTITION BY case_id ORDER BY event_no) AS next_no
    FROM told
    WHERE activity = 'reduction'
),
lifted AS (
    SELECT n.case_id, n.event_no, MIN(e.local_date) AS lifted_on
    FROM notices AS n
    JOIN told AS e ON e.case_id = n.case_id AND e.event_no > n.event_no
    WHERE e.activity = 'reduction_lifted' AND (n.next_no IS NULL OR e.event_no < n.next_no)
    GROUP BY n.case_id, n.event_no
),
met AS (
    SELECT
        n.case_id,
        n.event_no,
        MIN(c.on_date) FILTER (
            WHERE c.initiator IN ('client', 'household_member')
               OR c.setting_mode IN ('client_booked', 'jointly_agreed', 'walk_in', 'open_hours')
        ) AS recontact_on,
        MIN(c.on_date) FILTER (WHERE c.initiator IS NULL AND c.setting_mode IS NULL) AS unclear_on
    FROM notices AS n
    JOIN contacts AS c ON c.case_id = n.case_id AND c.on_date > n.local_date
    GROUP BY n.case_id, n.event_no
)
SELECT
    CAST(n.case_id AS VARCHAR) || '-' || CAST(n.event_no AS VARCHAR) AS sanction_id,
    n.case_id,
    n.office,
    n.local_date AS on_date,
    n.sanction_type,
    l.lifted_on,
    m.recontact_on,
    m.unclear_on,
    CASE WHEN c.observed_until < n.local_date THEN n.local_date ELSE c.observed_until END AS observed_until
FROM notices AS n
JOIN cases AS c ON c.case_id = n.case_id
LEFT JOIN lifted AS l ON l.case_id = n.case_id AND l.event_no = n.event_no
LEFT JOIN met AS m ON m.case_id = n.case_id AND m.event_no = n.event_no
