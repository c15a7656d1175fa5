-- Case-time is counted in stretches of the calendar, one item a case and stretch with at least one day without a
-- mandate: its days without one, and the placement proposals made on such days. A mandate covers its first day and not
-- the day it ends on; one that only the case's exit ends covers that day too (as in mandate_coverage).
WITH held AS (
    SELECT
        t.case_id,
        t.from_date,
        t.to_date,
        CASE WHEN m.from_date > t.from_date THEN m.from_date ELSE t.from_date END AS first_day,
        CASE WHEN m.to_date <= t.to_date AND m.ended_by IS DISTINCT FROM 'exit' THEN m.to_date END AS first_day_without
    FROM case_time AS t
    JOIN mandates AS m ON m.case_id = t.case_id AND m.from_date <= t.to_date
    WHERE m.to_date IS NULL OR m.to_date > t.from_date OR m.ended_by = 'exit'
),
covered AS (
    SELECT
        case_id,
        from_date,
        SUM(
            CASE
                WHEN first_day_without IS NOT NULL THEN DATE_DIFF('day', first_day, first_day_without)
                ELSE DATE_DIFF('day', first_day, to_date) + 1
            END
        ) AS days
    FROM held
    GROUP BY case_id, from_date
),
offered AS (
    SELECT t.case_id, t.from_date, COUNT(*) AS proposals
    FROM decisions AS d
    JOIN case_time AS t ON t.case_id = d.case_id AND d.on_date BETWEEN t.from_date AND t.to_date
    LEFT JOIN mandates AS m
        ON m.case_id = d.case_id
        AND m.from_date <= d.on_date
        AND (m.to_date IS NULL OR m.to_date > d.on_date OR m.ended_by = 'exit')
    WHERE d.decision_kind = 'proposal' AND m.from_date IS NULL
    GROUP BY t.case_id, t.from_date
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.from_date AS VARCHAR) AS item_id,
    t.case_id,
    t.office,
    t.to_date AS on_date,
    COALESCE(o.proposals, 0) AS numerator,
    t.days - COALESCE(c.days, 0) AS denominator
FROM case_time AS t
LEFT JOIN covered AS c ON c.case_id = t.case_id AND c.from_date = t.from_date
LEFT JOIN offered AS o ON o.case_id = t.case_id AND o.from_date = t.from_date
WHERE t.days > COALESCE(c.days, 0)
