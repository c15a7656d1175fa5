-- The first contact of a case against its later ones: in which share was the next step chosen by the client or agreed jointly?
-- A contact counts of which it is recorded how the next step was decided (the items of joint_next_step), if the case has such
-- an entry both for its first contact and for a later one, so that cases are compared with themselves.
-- The first contact in the log is the first of the case only where the case entered while the log was watched, or where the
-- contact is a first interview. Other cases are left out: their first contact was before the log.
WITH begun AS (
    SELECT k.case_id
    FROM contacts AS k
    JOIN cases AS c ON c.case_id = k.case_id
    CROSS JOIN observation AS o
    WHERE k.case_contact_number = 1
      AND k.decision_mode IS NOT NULL
      AND (c.entry >= o.first_day OR k.activity = 'first_interview')
),
followed AS (
    SELECT DISTINCT case_id
    FROM contacts
    WHERE case_contact_number > 1 AND decision_mode IS NOT NULL
)
SELECT
    k.contact_id AS item_id,
    k.case_id,
    k.office,
    k.on_date,
    CASE WHEN k.decision_mode IN ('client_choice', 'joint') THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CASE WHEN k.case_contact_number = 1 THEN 'first' ELSE 'later' END AS arm
FROM contacts AS k
JOIN begun AS b ON b.case_id = k.case_id
JOIN followed AS f ON f.case_id = k.case_id
WHERE k.decision_mode IS NOT NULL
