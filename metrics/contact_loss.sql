-- Every case that was under observation for 180 days counts once, on its last day of observation. It is a hit when 180
-- days or more passed from one contact to the next, from the beginning to the first contact or from the last one to the
-- end (event_logs/derived/contact_gaps.sql). Who exits is watched until then: what comes after is no lost contact.
WITH longest AS (
    SELECT case_id, MAX(days) AS days
    FROM contact_gaps
    GROUP BY case_id
)
SELECT
    CAST(c.case_id AS VARCHAR) AS item_id,
    c.case_id,
    c.office,
    c.risk_to AS on_date,
    CASE WHEN g.days >= 180 THEN 1 WHEN g.days < 180 THEN 0 END AS numerator,
    1 AS denominator,
    c.birth_band
FROM cases AS c
LEFT JOIN longest AS g ON g.case_id = c.case_id
WHERE DATE_DIFF('day', c.risk_from, c.risk_to) >= 180
