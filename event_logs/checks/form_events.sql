-- Activities a form stamps with one time: pairs that stand at exactly the same moment in many cases, though the same two
-- activities stand apart in other cases. Pairs that always stand together are how a system writes, not when people act.
-- Moments with very many activities are a bulk run, and are left out.
WITH moments AS (
    SELECT case_id, timestamp, COUNT(DISTINCT activity) AS activities
    FROM events
    WHERE NOT date_only
    GROUP BY case_id, timestamp
),
tied AS (
    SELECT DISTINCT e.case_id, e.timestamp, e.activity
    FROM events AS e
    JOIN moments AS m ON m.case_id = e.case_id AND m.timestamp = e.timestamp
    CROSS JOIN limits AS l
    WHERE m.activities > 1 AND m.activities <= l.most_at_once AND NOT e.date_only
),
pairs AS (
    SELECT a.activity AS one, b.activity AS other, COUNT(DISTINCT a.case_id) AS together
    FROM tied AS a
    JOIN tied AS b ON b.case_id = a.case_id AND b.timestamp = a.timestamp AND b.activity > a.activity
    GROUP BY a.activity, b.activity
),
frequent AS (
    SELECT p.one, p.other, p.together
    FROM pairs AS p
    CROSS JOIN limits AS l
    WHERE p.together >= l.cases_together
),
in_cases AS (
    SELECT DISTINCT case_id, activity
    FROM events
    WHERE activity IN (SELECT one FROM frequent) OR activity IN (SELECT other FROM frequent)
),
both_in AS (
    SELECT f.one, f.other, f.together, COUNT(*) AS cases
    FROM frequent AS f
    JOIN in_cases AS a ON a.activity = f.one
    JOIN in_cases AS b ON b.activity = f.other AND b.case_id = a.case_id
    GROUP BY f.one, f.other, f.together
),
form_pairs AS (
    SELECT b.one, b.other
    FROM both_in AS b
    CROSS JOIN limits AS l
    WHERE b.together <= l.always * b.cases
),
stamped AS (
    SELECT a.case_id, a.timestamp, p.one, p.other
    FROM tied AS a
    JOIN form_pairs AS p ON p.one = a.activity
    JOIN tied AS b ON b.case_id = a.case_id AND b.timestamp = a.timestamp AND b.activity = p.other
),
found AS (
    SELECT DISTINCT case_id, timestamp, one AS activity FROM stamped
    UNION ALL
    SELECT DISTINCT case_id, timestamp, other AS activity FROM stamped
),
once AS (
    SELECT DISTINCT case_id, timestamp, activity FROM found
)
SELECT
    e.case_id,
    e.office,
    CASE WHEN f.activity IS NULL THEN 0 ELSE 1 END AS hits,
    1 AS looked_at,
    CASE WHEN f.activity IS NOT NULL THEN e.activity END AS detail
FROM events AS e
LEFT JOIN once AS f ON f.case_id = e.case_id AND f.timestamp = e.timestamp AND f.activity = e.activity
WHERE NOT e.date_only
