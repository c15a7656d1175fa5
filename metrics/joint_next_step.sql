-- Every contact counts once whose next step is recorded with how it was decided. It is a hit when the client chose it
-- or both sides agreed on it. Contacts without such an entry are no items: whether a next step was taken there, nobody
-- knows.
SELECT
    decision_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN decision_mode IN ('client_choice', 'joint') THEN 1
        WHEN decision_mode IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator
FROM decisions
WHERE decision_kind = 'next_step'
