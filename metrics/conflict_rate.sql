-- How often clients object, counted over the time cases are under observation. One item is a case and a stretch of that time;
-- every objection counts on the day it was recorded.
WITH counted AS (
    SELECT t.case_id, t.from_date, COUNT(*) AS objections
    FROM case_time AS t
    JOIN conflicts AS k ON k.case_id = t.case_id AND k.on_date BETWEEN t.from_date AND t.to_date
    GROUP BY t.case_id, t.from_date
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.from_date AS VARCHAR) AS item_id,
    t.case_id,
    t.office,
    t.to_date AS on_date,
    COALESCE(n.objections, 0) AS numerator,
    t.days AS denominator
FROM case_time AS t
LEFT JOIN counted AS n ON n.case_id = t.case_id AND n.from_date = t.from_date
