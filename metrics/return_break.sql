-- Every return to regular support counts once it has been observed for 60 days. It is a break when nothing softened it: another
-- caseworker than before, no warm handover, no contact within 14 days, no mandate renewed within 60 days. One of the four is
-- enough for no break. Where none is known to be there and one of them is not known, the numerator stays empty.
-- A mandate that is not known stands back: many logs record none, and nobody can then renew one (event_logs/derived/returns.sql).
SELECT
    return_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN same_worker = 1 OR warm = 1 OR met = 1 OR mandate_renewed = 1 THEN 0
        WHEN same_worker = 0 AND warm = 0 AND met = 0 THEN 1
    END AS numerator,
    1 AS denominator
FROM returns
WHERE DATE_DIFF('day', on_date, observed_until) >= 60
