-- One row a state of a case's benefits: it holds from its day until another state is recorded, for each benefit issue
-- by itself and for all that bears no issue together; empty = until observation ends. The last one recorded on a day
-- counts; one recorded again goes on. An issue that is resolved is settled, even where the resolving event bears no
-- state; but nobody's state begins with that.
WITH told AS (
    SELECT
        case_id, event_no, office, local_date, activity, benefit_state, COALESCE(benefit_issue_id, '') AS line
    FROM events
    WHERE benefit_state IS NOT NULL
       OR (activity = 'benefit_issue_resolved' AND (lifecycle = 'complete' OR lifecycle IS NULL))
),
placed AS (
    SELECT
        case_id, event_no, office, local_date, activity, COALESCE(benefit_state, 'settled') AS benefit_state, line,
        LEAD(local_date) OVER (PARTITION BY case_id, line ORDER BY event_no) AS next_date,
        SUM(CASE WHEN benefit_state IS NOT NULL THEN 1 ELSE 0 END) OVER (
            PARTITION BY case_id, line ORDER BY event_no ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS recorded
    FROM told
),
followed AS (
    SELECT case_id, event_no, office, local_date, activity, benefit_state, line,
        LAG(benefit_state) OVER (PARTITION BY case_id, line ORDER BY event_no) AS before
    FROM placed
    WHERE recorded > 0 AND (next_date IS NULL OR next_date > local_date)
),
turned AS (
    SELECT case_id, event_no, office, local_date, activity, benefit_state,
        LEAD(local_date) OVER (PARTITION BY case_id, line ORDER BY event_no) AS to_date
    FROM followed
    WHERE before IS NULL OR before <> benefit_state
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.event_no AS VARCHAR) AS state_id,
    t.case_id,
    t.office,
    t.local_date AS from_date,
    t.to_date,
    t.benefit_state,
    t.activity,
    CASE WHEN c.observed_until < t.local_date THEN t.local_date ELSE c.observed_until END AS observed_until
FROM turned AS t
JOIN cases AS c ON c.case_id = t.case_id
