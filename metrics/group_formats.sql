-- One item a case with at least one contact; its day is that of the last one. The case is a hit when it took part in a group
-- that was neither announced with a full legal notice nor held while a measure lasted. The notice stands with the contact or
-- with its appointment; who comes without an appointment or in open hours was not summoned at all.
-- A group of unknown notice, or one after the start of a measure whose end nobody recorded, may be a hit or not: if no other
-- group is one, the numerator stays empty. So it does where fewer than half of the contacts have a known format.
WITH grouped AS (
    SELECT contact_id, case_id, on_date, appointment_id, setting_mode, legal_notice
    FROM contacts
    WHERE format = 'group' OR (format IS NULL AND activity = 'group_session')
),
measured AS (
    SELECT
        g.contact_id,
        MAX(CASE
            WHEN m.ended_on IS NULL AND m.dropped_on IS NULL THEN 1
            WHEN m.ended_on >= g.on_date OR m.dropped_on >= g.on_date THEN 2
            ELSE 0
        END) AS lasting
    FROM grouped AS g
    JOIN measures AS m ON m.case_id = g.case_id AND m.on_date <= g.on_date
    GROUP BY g.contact_id
),
judged AS (
    SELECT
        g.case_id,
        CASE
            WHEN g.legal_notice = 'full' OR a.legal_notice = 'full' OR COALESCE(m.lasting, 0) = 2 THEN 0
            WHEN COALESCE(m.lasting, 0) = 1 THEN NULL
            WHEN g.legal_notice IS NOT NULL OR a.legal_notice IS NOT NULL
                OR g.setting_mode IN ('walk_in', 'open_hours') THEN 1
        END AS voluntary
    FROM grouped AS g
    LEFT JOIN appointments AS a ON a.case_id = g.case_id AND a.appointment_id = g.appointment_id
    LEFT JOIN measured AS m ON m.contact_id = g.contact_id
),
groups_of AS (
    SELECT
        case_id,
        COUNT(*) FILTER (WHERE voluntary = 1) AS hits,
        COUNT(*) FILTER (WHERE voluntary IS NULL) AS unclear
    FROM judged
    GROUP BY case_id
),
contacts_of AS (
    SELECT
        case_id,
        MAX(on_date) AS last_day,
        COUNT(*) AS held,
        COUNT(*) FILTER (WHERE format IS NULL AND activity NOT IN ('group_session', 'household_meeting')) AS unclear
    FROM contacts
    GROUP BY case_id
)
SELECT
    CAST(c.case_id AS VARCHAR) AS item_id,
    c.case_id,
    c.office,
    k.last_day AS on_date,
    CASE
        WHEN g.hits > 0 THEN 1
        WHEN g.unclear > 0 OR k.unclear * 2 > k.held THEN NULL
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM cases AS c
JOIN contacts_of AS k ON k.case_id = c.case_id
LEFT JOIN groups_of AS g ON g.case_id = c.case_id
