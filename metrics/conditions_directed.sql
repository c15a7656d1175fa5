-- Every act for the client counts once: a contact of any kind (also by letter or mail), casework, a talk with third parties or
-- with an employer. It is a hit when it aims at the conditions the person lives in, alone or together with the person. Where
-- the target is not recorded, the numerator stays empty.
-- Plans, proposals, steps of a measure and benefit issues are results noted down beside an act and no acts of their own.
SELECT
    act_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN target IN ('conditions', 'both') THEN 1
        WHEN target = 'person' THEN 0
    END AS numerator,
    1 AS denominator
FROM acts
WHERE kind = 'contact' OR activity IN ('casework', 'third_party_contact', 'employer_contact')
