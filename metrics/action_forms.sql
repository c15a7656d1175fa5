-- Every act for the client counts once: a contact of any kind (also by letter or mail), casework, a talk with third parties or
-- with an employer. It is a hit when at least one of its forms is practical: instruction, accompaniment, assistance or acting
-- on the client's behalf. Where no form is recorded, nobody knows: numerator and parts stay empty.
-- Plans, proposals, steps of a measure and benefit issues are results noted down beside an act; counting them would count the
-- act twice. Messages are no acts of this kind. The parts show each form by itself; an act with two forms is in both.
WITH forms AS (
    SELECT act_id, case_id, office, on_date, '|' || action_form || '|' AS held
    FROM acts
    WHERE kind = 'contact' OR activity IN ('casework', 'third_party_contact', 'employer_contact')
)
SELECT
    act_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN held LIKE '%|instruction|%' OR held LIKE '%|accompaniment|%' OR held LIKE '%|assistance|%'
            OR held LIKE '%|acting_on_behalf|%' THEN 1
        WHEN held IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN held LIKE '%|counselling|%' THEN 1 WHEN held IS NOT NULL THEN 0 END AS counselling,
    CASE WHEN held LIKE '%|instruction|%' THEN 1 WHEN held IS NOT NULL THEN 0 END AS instruction,
    CASE WHEN held LIKE '%|accompaniment|%' THEN 1 WHEN held IS NOT NULL THEN 0 END AS accompaniment,
    CASE WHEN held LIKE '%|assistance|%' THEN 1 WHEN held IS NOT NULL THEN 0 END AS assistance,
    CASE WHEN held LIKE '%|acting_on_behalf|%' THEN 1 WHEN held IS NOT NULL THEN 0 END AS acting_on_behalf
FROM forms
