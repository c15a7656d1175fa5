-- One row a stretch without contact: the time a case was at risk, cut at the days of its contacts (whatever their
-- function). It begins with a contact or with the risk time, and ends with a contact or with the risk time.
WITH met AS (
    SELECT c.case_id, c.on_date, c.participants,
        ROW_NUMBER() OVER (PARTITION BY c.case_id, c.on_date ORDER BY c.case_contact_number) AS on_the_day
    FROM contacts AS c
    JOIN cases AS k ON k.case_id = c.case_id AND c.on_date BETWEEN k.risk_from AND k.risk_to
),
points AS (
    SELECT case_id, risk_from AS on_date, 0 AS is_contact, CAST(NULL AS VARCHAR) AS participants
    FROM cases
    WHERE risk_from IS NOT NULL
    UNION ALL
    SELECT case_id, on_date, 1 AS is_contact, participants
    FROM met
    WHERE on_the_day = 1
    UNION ALL
    SELECT case_id, risk_to AS on_date, 2 AS is_contact, CAST(NULL AS VARCHAR) AS participants
    FROM cases
    WHERE risk_from IS NOT NULL
),
stretches AS (
    SELECT
        case_id,
        on_date AS from_date,
        is_contact,
        LEAD(on_date) OVER (PARTITION BY case_id ORDER BY on_date, is_contact) AS to_date,
        LEAD(is_contact) OVER (PARTITION BY case_id ORDER BY on_date, is_contact) AS next_is_contact,
        LEAD(participants) OVER (PARTITION BY case_id ORDER BY on_date, is_contact) AS participants
    FROM points
)
SELECT
    s.case_id,
    c.office,
    s.from_date,
    s.to_date,
    DATE_DIFF('day', s.from_date, s.to_date) AS days,
    s.is_contact = 1 AS after_contact,
    s.next_is_contact = 1 AS ended_by_contact,
    s.participants
FROM stretches AS s
JOIN cases AS c ON c.case_id = s.case_id
WHERE s.to_date > s.from_date
