-- How many filled rows of a column hold the value its office uses most. Columns of which a form could fill in the value.
WITH filled AS (
    SELECT 'initiator' AS what, office, case_id, initiator AS value FROM events WHERE initiator IS NOT NULL
    UNION ALL
    SELECT 'setting_mode' AS what, office, case_id, setting_mode AS value FROM events WHERE setting_mode IS NOT NULL
    UNION ALL
    SELECT 'occasion' AS what, office, case_id, occasion AS value FROM events WHERE occasion IS NOT NULL
    UNION ALL
    SELECT 'legal_notice' AS what, office, case_id, legal_notice AS value FROM events WHERE legal_notice IS NOT NULL
    UNION ALL
    SELECT 'outcome' AS what, office, case_id, outcome AS value FROM events WHERE outcome IS NOT NULL
    UNION ALL
    SELECT 'channel' AS what, office, case_id, channel AS value FROM events WHERE channel IS NOT NULL
    UNION ALL
    SELECT 'access_route' AS what, office, case_id, access_route AS value FROM events WHERE access_route IS NOT NULL
    UNION ALL
    SELECT 'location' AS what, office, case_id, location AS value FROM events WHERE location IS NOT NULL
    UNION ALL
    SELECT 'visit_purpose' AS what, office, case_id, visit_purpose AS value FROM events WHERE visit_purpose IS NOT NULL
    UNION ALL
    SELECT 'format' AS what, office, case_id, format AS value FROM events WHERE format IS NOT NULL
    UNION ALL
    SELECT 'topic' AS what, office, case_id, topic AS value FROM events WHERE topic IS NOT NULL
    UNION ALL
    SELECT 'target' AS what, office, case_id, target AS value FROM events WHERE target IS NOT NULL
    UNION ALL
    SELECT 'decision_mode' AS what, office, case_id, decision_mode AS value FROM events WHERE decision_mode IS NOT NULL
    UNION ALL
    SELECT 'mandate_scope' AS what, office, case_id, mandate_scope AS value FROM events WHERE mandate_scope IS NOT NULL
    UNION ALL
    SELECT 'handover_type' AS what, office, case_id, handover_type AS value FROM events WHERE handover_type IS NOT NULL
    UNION ALL
    SELECT 'benefit_state' AS what, office, case_id, benefit_state AS value FROM events WHERE benefit_state IS NOT NULL
    UNION ALL
    SELECT 'change_reason' AS what, office, case_id, change_reason AS value FROM events WHERE change_reason IS NOT NULL
),
by_case AS (
    SELECT what, office, case_id, value, COUNT(*) AS filled_rows
    FROM filled
    GROUP BY what, office, case_id, value
),
by_value AS (
    SELECT what, office, value, SUM(filled_rows) AS filled_rows
    FROM by_case
    GROUP BY what, office, value
),
ranked AS (
    SELECT what, office, value, ROW_NUMBER() OVER (PARTITION BY what, office ORDER BY filled_rows DESC, value) AS place
    FROM by_value
)
SELECT
    c.case_id,
    c.office,
    CASE WHEN r.place = 1 THEN c.filled_rows ELSE 0 END AS hits,
    c.filled_rows AS looked_at,
    c.what,
    c.value AS detail
FROM by_case AS c
JOIN ranked AS r ON r.what = c.what AND r.office IS NOT DISTINCT FROM c.office AND r.value = c.value
