-- Every case's first mandate counts once, on the day it was obtained. It is a hit when a benefit issue of the case was
-- resolved on that day or in the 90 days before. These days must have been watched: they lie in the log, or the case
-- began in it. A case's first row that was not obtained but renewed or confirmed had a mandate before, and is left out.
WITH first_mandates AS (
    SELECT m.mandate_id, m.case_id, m.office, m.from_date
    FROM mandates AS m
    JOIN cases AS c ON c.case_id = m.case_id
    CROSS JOIN observation AS o
    WHERE m.mandate_number = 1
      AND m.activity = 'mandate_obtained'
      AND (DATE_DIFF('day', o.first_day, m.from_date) >= 90 OR c.entry >= o.first_day)
),
resolved AS (
    SELECT f.case_id, COUNT(*) AS issues
    FROM first_mandates AS f
    JOIN benefit_issues AS b ON b.case_id = f.case_id AND DATE_DIFF('day', b.resolved_on, f.from_date) BETWEEN 0 AND 90
    GROUP BY f.case_id
)
SELECT
    f.mandate_id AS item_id,
    f.case_id,
    f.office,
    f.from_date AS on_date,
    CASE WHEN r.issues > 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM first_mandates AS f
LEFT JOIN resolved AS r ON r.case_id = f.case_id
