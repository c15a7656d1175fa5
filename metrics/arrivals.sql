-- Every referral to another body counts once, as long as the case was still watched 30 days after. It is a hit when the arrival
-- there is recorded within 30 days, none when it is recorded later. Most bodies report nothing back: where no arrival is
-- recorded, nobody knows whether the person came, and the numerator stays empty.
SELECT
    handover_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN DATE_DIFF('day', on_date, arrived_on) <= 30 THEN 1
        WHEN arrived_on IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator
FROM handovers
WHERE transfer_kind = 'external' AND DATE_DIFF('day', on_date, observed_until) >= 30
