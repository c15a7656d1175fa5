-- Every appointment that the person kept, missed or called off counts once. Appointments that the office called off, or
-- that were only ever moved, say nothing about who steers and are not counted.
-- It is a hit when the client or someone of the household asked for it. Where the log does not say who asked, the
-- numerator stays empty: not recorded is not the same as "the office asked".
SELECT
    CAST(case_id AS VARCHAR) || '-' || appointment_id AS item_id,
    case_id,
    office,
    slot_date AS on_date,
    CASE
        WHEN initiator IN ('client', 'household_member') THEN 1
        WHEN initiator IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator
FROM appointments
WHERE outcome IN ('attended', 'no_show', 'cancelled_client')
