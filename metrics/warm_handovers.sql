-- Every transfer counts once: a referral, a handover, a change of caseworker.
-- It is warm when the person met both sides together, or was accompanied. Handing over information, a slot or a file is
-- not. Whether a type was recorded or derived from a joint contact is settled where handovers are made
-- (event_logs/derived/handovers.sql); where neither is known, the numerator stays empty.
SELECT
    handover_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN handover_type IN ('warm', 'accompanied') THEN 1
        WHEN handover_type IN ('information_only', 'facilitated', 'file_only') THEN 0
    END AS numerator,
    1 AS denominator,
    transfer_kind
FROM handovers
