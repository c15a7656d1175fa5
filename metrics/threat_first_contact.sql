-- Every case that began while the log was watched and had a contact counts once, on the day of its first contact. It is
-- a hit when an invitation with the full notice of legal consequences went out at most 28 days before that day.
-- An invitation of the same day counts only if its appointment is not later: what is handed out in the first contact is
-- an invitation to the second one. An invitation whose notice is not recorded leaves the outcome open, unless another
-- one is a hit. A case that had contacts before it began is left out: its first contact was of another time.
WITH first_contacts AS (
    SELECT case_id, MIN(on_date) AS first_contact
    FROM contacts
    GROUP BY case_id
),
invited AS (
    SELECT
        f.case_id,
        COUNT(*) FILTER (WHERE a.legal_notice = 'full') AS threats,
        COUNT(*) FILTER (WHERE a.legal_notice IS NULL) AS unclear
    FROM first_contacts AS f
    JOIN appointments AS a ON a.case_id = f.case_id AND DATE_DIFF('day', a.invited_on, f.first_contact) BETWEEN 0 AND 28
    WHERE a.invited_on < f.first_contact OR a.slot_date <= f.first_contact
    GROUP BY f.case_id
)
SELECT
    CAST(c.case_id AS VARCHAR) AS item_id,
    c.case_id,
    c.office,
    f.first_contact AS on_date,
    CASE WHEN i.threats > 0 THEN 1 WHEN i.unclear > 0 THEN NULL ELSE 0 END AS numerator,
    1 AS denominator
FROM cases AS c
CROSS JOIN observation AS o
JOIN first_contacts AS f ON f.case_id = c.case_id
LEFT JOIN invited AS i ON i.case_id = c.case_id
WHERE c.entry BETWEEN o.first_day AND o.last_day AND f.first_contact >= c.entry
