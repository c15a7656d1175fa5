-- Every recorded request for an appointment counts once, with the days until the first contact that answers it: one
-- with the function that was asked for, or any contact where none was named (event_logs/derived/requests.sql). A
-- request that is open when observation ends counts as open for as long as it was watched, never as refused.
-- Where a function was asked for and a contact of unknown function lies within 14 days, that contact may have been the
-- answer: if no known one came earlier, the numerator stays empty.
WITH watched AS (
    SELECT
        r.request_id, r.case_id, r.office, r.on_date, r.to_function, r.observed_until,
        CASE WHEN r.fulfilled_on <= r.observed_until THEN r.fulfilled_on END AS fulfilled_on
    FROM requests AS r
    CROSS JOIN observation AS o
    WHERE r.on_date <= o.last_day
),
unclear AS (
    SELECT r.request_id, MIN(c.on_date) AS unclear_on
    FROM watched AS r
    JOIN contacts AS c ON c.case_id = r.case_id AND DATE_DIFF('day', r.on_date, c.on_date) BETWEEN 0 AND 14
    WHERE r.to_function IS NOT NULL AND c.function IS NULL
    GROUP BY r.request_id
)
SELECT
    r.request_id AS item_id,
    r.case_id,
    r.office,
    r.on_date,
    CASE
        WHEN u.unclear_on IS NOT NULL AND (r.fulfilled_on IS NULL OR r.fulfilled_on > u.unclear_on) THEN NULL
        WHEN r.fulfilled_on IS NOT NULL THEN 1
        ELSE 0
    END AS numerator,
    DATE_DIFF('day', r.on_date, COALESCE(r.fulfilled_on, r.observed_until)) AS denominator
FROM watched AS r
LEFT JOIN unclear AS u ON u.request_id = r.request_id
