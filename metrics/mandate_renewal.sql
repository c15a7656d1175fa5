-- A mandate is given to a person and lapses when the assigned caseworker changes. Every mandate that lapsed in this way counts
-- once, on the day of the change; the days run to the next mandate of the case, or, where there is none yet, to the end of its
-- observation. Cover ends no mandate (event_logs/derived/mandates.sql).
WITH followed AS (
    SELECT
        mandate_id,
        case_id,
        office,
        to_date,
        ended_by,
        observed_until,
        LEAD(from_date) OVER (PARTITION BY case_id ORDER BY mandate_number) AS renewed_on
    FROM mandates
)
SELECT
    mandate_id AS item_id,
    case_id,
    office,
    to_date AS on_date,
    CASE WHEN renewed_on IS NOT NULL THEN 1 ELSE 0 END AS numerator,
    CASE
        WHEN renewed_on IS NOT NULL THEN DATE_DIFF('day', to_date, renewed_on)
        WHEN observed_until > to_date THEN DATE_DIFF('day', to_date, observed_until)
        ELSE 0
    END AS denominator
FROM followed
WHERE ended_by = 'worker_change'
