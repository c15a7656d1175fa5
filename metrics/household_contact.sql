-- One item a case of a household of two and more with at least two contacts; its day is that of the last one. It is a hit when
-- at least two members were present at one of them, or one was held as a conversation with the household. It is none when
-- no contact was, and at least half of them say so: one member present at most or, where that is not recorded, an interview
-- with one person. Where fewer say, the numerator stays empty.
-- A household is measured by each of its cases, because a case is measured alone.
WITH told AS (
    SELECT
        case_id,
        on_date,
        CASE
            WHEN members_present >= 2 OR format = 'household' OR activity = 'household_meeting' THEN 1
            WHEN members_present IS NOT NULL OR format = 'individual' THEN 0
        END AS together
    FROM contacts
),
by_case AS (
    SELECT
        case_id,
        MAX(on_date) AS last_day,
        COUNT(*) AS held,
        COUNT(together) AS known,
        SUM(together) AS hits
    FROM told
    GROUP BY case_id
)
SELECT
    CAST(c.case_id AS VARCHAR) AS item_id,
    c.case_id,
    c.office,
    b.last_day AS on_date,
    CASE WHEN b.hits > 0 THEN 1 WHEN b.known * 2 >= b.held THEN 0 END AS numerator,
    1 AS denominator
FROM cases AS c
JOIN by_case AS b ON b.case_id = c.case_id
WHERE c.household_size >= 2 AND b.held >= 2
