-- The first contact of a case against its later ones: in which share was something done, and not only talked about?
-- Practical are instruction, accompaniment, assistance and acting on the client's behalf, as in action_forms. Every contact
-- counts of cases with a first and a later one; where no form is recorded, the numerator stays empty.
-- The first contact in the log is the first of the case only where the case entered while the log was watched, or where the
-- contact is a first interview. Other cases are left out: their first contact was before the log.
WITH begun AS (
    SELECT k.case_id
    FROM contacts AS k
    JOIN cases AS c ON c.case_id = k.case_id
    CROSS JOIN observation AS o
    WHERE k.case_contact_number = 1 AND (c.entry >= o.first_day OR k.activity = 'first_interview')
),
followed AS (
    SELECT DISTINCT case_id
    FROM contacts
    WHERE case_contact_number > 1
),
forms AS (
    SELECT contact_id, case_id, office, on_date, case_contact_number, '|' || action_form || '|' AS held
    FROM contacts
)
SELECT
    k.contact_id AS item_id,
    k.case_id,
    k.office,
    k.on_date,
    CASE
        WHEN k.held LIKE '%|instruction|%' OR k.held LIKE '%|accompaniment|%' OR k.held LIKE '%|assistance|%'
            OR k.held LIKE '%|acting_on_behalf|%' THEN 1
        WHEN k.held IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN k.case_contact_number = 1 THEN 'first' ELSE 'later' END AS arm
FROM forms AS k
JOIN begun AS b ON b.case_id = k.case_id
JOIN followed AS f ON f.case_id = k.case_id
