-- How often employers are approached for a client, counted over the time cases are under observation. One item is a case and a
-- stretch of that time; every employer contact recorded with the case counts, also several on one day.
WITH counted AS (
    SELECT t.case_id, t.from_date, COUNT(*) AS employer_contacts
    FROM case_time AS t
    JOIN acts AS a ON a.case_id = t.case_id AND a.on_date BETWEEN t.from_date AND t.to_date
    WHERE a.activity = 'employer_contact'
    GROUP BY t.case_id, t.from_date
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.from_date AS VARCHAR) AS item_id,
    t.case_id,
    t.office,
    t.to_date AS on_date,
    COALESCE(n.employer_contacts, 0) AS numerator,
    t.days AS denominator
FROM case_time AS t
LEFT JOIN counted AS n ON n.case_id = t.case_id AND n.from_date = t.from_date
