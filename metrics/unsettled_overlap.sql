-- Every integration contact counts once. It is a hit when benefits are unsettled on its day: pending for more than 14
-- days, suspended or disputed, or reduced. It is none when a state is known on that day and none of this holds.
-- A state holds from its day to the day of the next one, or until observation ends.
-- A reduction weighs from the day of the notice. It runs from the first of the month after it took effect, for one to
-- three months (SGB II § 31b): so it is sure to weigh for 28 days after the notice, and past for sure after 126. In
-- between nobody knows, unless it was lifted before; then the numerator stays empty, if nothing else makes it a hit.
WITH met AS (
    SELECT DISTINCT case_id, on_date
    FROM contacts
    WHERE function = 'integration'
),
states AS (
    SELECT
        m.case_id,
        m.on_date,
        COUNT(*) FILTER (
            WHERE s.benefit_state IN ('suspended', 'disputed')
               OR (s.benefit_state = 'pending' AND DATE_DIFF('day', s.from_date, m.on_date) > 14)
        ) AS unsettled,
        COUNT(*) AS known
    FROM met AS m
    JOIN benefit_states AS s
        ON s.case_id = m.case_id AND s.from_date <= m.on_date AND (s.to_date IS NULL OR s.to_date > m.on_date)
    WHERE s.benefit_state IS NOT NULL AND s.observed_until >= m.on_date
    GROUP BY m.case_id, m.on_date
),
reduced AS (
    SELECT
        m.case_id,
        m.on_date,
        COUNT(*) FILTER (WHERE DATE_DIFF('day', r.on_date, m.on_date) <= 28) AS sure,
        COUNT(*) AS perhaps
    FROM met AS m
    JOIN sanctions AS r ON r.case_id = m.case_id AND DATE_DIFF('day', r.on_date, m.on_date) BETWEEN 0 AND 126
    WHERE r.lifted_on IS NULL OR r.lifted_on > m.on_date
    GROUP BY m.case_id, m.on_date
)
SELECT
    c.contact_id AS item_id,
    c.case_id,
    c.office,
    c.on_date,
    CASE
        WHEN s.unsettled > 0 OR r.sure > 0 THEN 1
        WHEN r.perhaps > 0 THEN NULL
        WHEN s.known > 0 THEN 0
    END AS numerator,
    1 AS denominator
FROM contacts AS c
LEFT JOIN states AS s ON s.case_id = c.case_id AND s.on_date = c.on_date
LEFT JOIN reduced AS r ON r.case_id = c.case_id AND r.on_date = c.on_date
WHERE c.function = 'integration'
