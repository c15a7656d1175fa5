-- Every reduction counts once, with the days until the first later contact that the client or the household began, or
-- that was booked or agreed with them or held in open hours (event_logs/derived/sanctions.sql). One the office set is
-- passed over. Without such a contact it counts as open until observation ends.
-- A contact of which neither who began it nor how it was set is recorded may have been the one: where it comes within
-- 60 days and before a known one, the numerator stays empty; where it comes later, the case is followed up to that day.
WITH watched AS (
    SELECT
        sanction_id,
        case_id,
        office,
        on_date,
        observed_until,
        CASE WHEN recontact_on <= observed_until THEN recontact_on END AS recontact_on,
        CASE
            WHEN unclear_on <= observed_until AND (recontact_on IS NULL OR unclear_on < recontact_on) THEN unclear_on
        END AS unclear_on
    FROM sanctions
)
SELECT
    sanction_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN DATE_DIFF('day', on_date, unclear_on) <= 60 THEN NULL
        WHEN unclear_on IS NULL AND recontact_on IS NOT NULL THEN 1
        ELSE 0
    END AS numerator,
    DATE_DIFF('day', on_date, COALESCE(unclear_on, recontact_on, observed_until)) AS denominator
FROM watched
