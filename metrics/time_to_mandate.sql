-- Every case whose entry was watched counts once, with the days from its entry to the first day of its first mandate. A
-- mandate already in force on the day of entry came after 0 days; one that had ended by then belongs to an earlier
-- time. A case without a mandate counts as open for as long as it was watched. Cases that were there before the log
-- began, or whose entry is not recorded, are left out: when their first mandate came, nobody knows.
WITH entered AS (
    SELECT c.case_id, c.office, c.risk_from, c.risk_to
    FROM cases AS c
    CROSS JOIN observation AS o
    WHERE c.entry BETWEEN o.first_day AND o.last_day AND c.risk_from IS NOT NULL
),
first_mandates AS (
    SELECT e.case_id, MIN(m.from_date) AS first_day
    FROM entered AS e
    JOIN mandates AS m ON m.case_id = e.case_id AND m.from_date <= e.risk_to
    WHERE m.from_date >= e.risk_from OR m.to_date IS NULL OR m.to_date > e.risk_from
    GROUP BY e.case_id
)
SELECT
    CAST(e.case_id AS VARCHAR) AS item_id,
    e.case_id,
    e.office,
    e.risk_from AS on_date,
    CASE WHEN f.first_day IS NOT NULL THEN 1 ELSE 0 END AS numerator,
    CASE
        WHEN f.first_day <= e.risk_from THEN 0
        ELSE DATE_DIFF('day', e.risk_from, COALESCE(f.first_day, e.risk_to))
    END AS denominator
FROM entered AS e
LEFT JOIN first_mandates AS f ON f.case_id = e.case_id
