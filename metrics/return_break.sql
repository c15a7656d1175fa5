-- Every return to regular support counts once it has been observed for 60 days. It is a break when nothing softened it: another
-- caseworker than before, no warm handover, no contact within 14 days, no mandate renewed within 60 days. One of the four is
-- enough for no break. Where none is known to be there and one of them is not known, the numerator stays empty.
-- Whoever met nobody at all within 60 days did not meet the caseworker of before: that is known.
-- A mandate that is not known stands back: many logs record none, and nobody can then renew one (event_logs/derived/returns.sql).
WITH met_anybody AS (
    SELECT DISTINCT r.return_id
    FROM returns AS r
    JOIN contacts AS c ON c.case_id = r.case_id AND DATE_DIFF('day', r.on_date, c.on_date) BETWEEN 0 AND 60
)
SELECT
    r.return_id AS item_id,
    r.case_id,
    r.office,
    r.on_date,
    CASE
        WHEN r.same_worker = 1 OR r.warm = 1 OR r.met = 1 OR r.mandate_renewed = 1 THEN 0
        WHEN (r.same_worker = 0 OR m.return_id IS NULL) AND r.warm = 0 AND r.met = 0 THEN 1
    END AS numerator,
    1 AS denominator
FROM returns AS r
LEFT JOIN met_anybody AS m ON m.return_id = r.return_id
WHERE DATE_DIFF('day', r.on_date, r.observed_until) >= 60
