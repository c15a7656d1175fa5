-- Every contact counts once. It is a hit when the client or someone of the household brought it about. Where the log
-- does not say who did, the numerator stays empty: not recorded is not the same as "the office did".
-- third_party: contacts that a provider, an employer or another third party brought about; they are no hits.
SELECT
    contact_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN initiator IN ('client', 'household_member') THEN 1
        WHEN initiator IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator,
    function,
    CASE
        WHEN initiator IN ('provider', 'third_party', 'employer') THEN 1
        WHEN initiator IS NOT NULL THEN 0
    END AS third_party
FROM contacts
