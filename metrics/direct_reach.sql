-- Every inbound contact by phone, mail, portal or chat counts once: an inbound message (a letter is none, it reaches an
-- office and not a person), and a conversation over one of these channels that the client or the household began.
-- It is a hit when it reached the caseworker directly, not a service centre, the front desk or a shared mailbox. Where
-- the way in is not recorded, the numerator stays empty.
SELECT
    act_id AS item_id,
    case_id,
    office,
    on_date,
    CASE WHEN access_route = 'direct' THEN 1 WHEN access_route IS NOT NULL THEN 0 END AS numerator,
    1 AS denominator
FROM acts
WHERE (activity = 'inbound_message' AND (channel IS NULL OR channel IN ('phone', 'mail', 'portal', 'chat')))
   OR (
    kind = 'contact'
    AND initiator IN ('client', 'household_member')
    AND channel IN ('phone', 'mail', 'portal', 'chat')
   )
