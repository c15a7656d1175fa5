-- Which share of the days of special support was run by providers. One item is a special support and a stretch of the calendar,
-- so that a figure of a period holds the days of that period only; its denominator is its days there, first and last included.
-- A support that still lasts is counted to the end of its observation. Where nobody recorded who runs it, the numerator stays
-- empty.
WITH spans AS (
    SELECT support_id, case_id, office, run_by, from_date, COALESCE(to_date, observed_until) AS until_date
    FROM supports
),
stretches AS (
    SELECT
        s.support_id,
        s.case_id,
        s.office,
        s.run_by,
        CASE WHEN k.from_date < s.from_date THEN s.from_date ELSE k.from_date END AS from_date,
        CASE WHEN k.to_date > s.until_date THEN s.until_date ELSE k.to_date END AS to_date
    FROM spans AS s
    JOIN calendar AS k ON k.from_date <= s.until_date AND k.to_date >= s.from_date
)
SELECT
    support_id || '-' || CAST(from_date AS VARCHAR) AS item_id,
    case_id,
    office,
    to_date AS on_date,
    CASE
        WHEN run_by = 'provider' THEN DATE_DIFF('day', from_date, to_date) + 1
        WHEN run_by = 'own' THEN 0
    END AS numerator,
    DATE_DIFF('day', from_date, to_date) + 1 AS denominator
FROM stretches
