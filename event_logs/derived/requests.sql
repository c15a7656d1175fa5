-- One row a documented request for a contact by the client or the household; a request whose sender is not recorded
-- counts, one that someone else made does not. Fulfilled on the day of the first contact of the case on or after the
-- day of the request with the function that was asked for, with any function where none is named.
WITH asked AS (
    SELECT
        e.case_id, e.event_no, e.office, COALESCE(e.requested_date, e.local_date) AS on_date, e.initiator, e.channel,
        r.function AS to_function
    FROM events AS e
    LEFT JOIN role_functions AS r ON r.role = e.to_role
    WHERE e.activity = 'contact_request'
      AND (e.initiator IN ('client', 'household_member') OR e.initiator IS NULL)
),
answered AS (
    SELECT a.case_id, a.event_no, MIN(c.on_date) AS fulfilled_on
    FROM asked AS a
    JOIN contacts AS c ON c.case_id = a.case_id AND c.on_date >= a.on_date
    WHERE a.to_function IS NULL OR c.function = a.to_function
    GROUP BY a.case_id, a.event_no
)
SELECT
    CAST(a.case_id AS VARCHAR) || '-' || CAST(a.event_no AS VARCHAR) AS request_id,
    a.case_id,
    a.office,
    a.on_date,
    a.initiator,
    a.channel,
    w.fulfilled_on,
    a.to_function,
    CASE WHEN o.observed_until < a.on_date THEN a.on_date ELSE o.observed_until END AS observed_until
FROM asked AS a
JOIN cases AS o ON o.case_id = a.case_id
LEFT JOIN answered AS w ON w.case_id = a.case_id AND w.event_no = a.event_no
