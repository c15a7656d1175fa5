-- A case attribute with two values in one case. One item is a case in which the attribute is filled.
WITH counted AS (
    SELECT case_id, MIN(office) AS office, 'household_id' AS what, COUNT(DISTINCT household_id) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'birth_band' AS what, COUNT(DISTINCT birth_band) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'household_size' AS what, COUNT(DISTINCT household_size) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'entry' AS what, COUNT(DISTINCT entry) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'exit' AS what, COUNT(DISTINCT exit) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'exit_reason' AS what, COUNT(DISTINCT exit_reason) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'carrier' AS what, COUNT(DISTINCT carrier) AS different FROM events GROUP BY case_id
    UNION ALL
    SELECT case_id, MIN(office) AS office, 'comparison_type' AS what, COUNT(DISTINCT comparison_type) AS different FROM events GROUP BY case_id
)
SELECT case_id, office, CASE WHEN different > 1 THEN 1 ELSE 0 END AS hits, 1 AS looked_at, what
FROM counted
WHERE different > 0
