-- What is recorded in a column, before and after the day on which it changed most, for each office. Days on which one side
-- would hold too few rows are not looked at: chance alone makes jumps at the ends.
WITH filled AS (
    SELECT 'initiator' AS what, office, case_id, local_date, CASE WHEN initiator IN ('client', 'household_member') THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE initiator IS NOT NULL
    UNION ALL
    SELECT 'setting_mode' AS what, office, case_id, local_date, CASE WHEN setting_mode IN ('client_booked', 'jointly_agreed') THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE setting_mode IS NOT NULL
    UNION ALL
    SELECT 'occasion' AS what, office, case_id, local_date, CASE WHEN occasion IN ('routine_interval', 'none_stated') THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE occasion IS NOT NULL
    UNION ALL
    SELECT 'legal_notice' AS what, office, case_id, local_date, CASE WHEN legal_notice = 'full' THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE legal_notice IS NOT NULL
    UNION ALL
    SELECT 'outcome' AS what, office, case_id, local_date, CASE WHEN outcome = 'no_show' THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE outcome IS NOT NULL
    UNION ALL
    SELECT 'location' AS what, office, case_id, local_date, CASE WHEN location IN ('office', 'remote') THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE location IS NOT NULL
    UNION ALL
    SELECT 'decision_mode' AS what, office, case_id, local_date, CASE WHEN decision_mode IN ('joint', 'client_choice') THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE decision_mode IS NOT NULL
    UNION ALL
    SELECT 'handover_type' AS what, office, case_id, local_date, CASE WHEN handover_type IN ('warm', 'accompanied') THEN 1 ELSE 0 END AS hit
    FROM events
    WHERE handover_type IS NOT NULL
),
by_day AS (
    SELECT what, office, local_date, COUNT(*) AS filled_rows, SUM(hit) AS hits
    FROM filled
    GROUP BY what, office, local_date
),
running AS (
    SELECT
        what,
        office,
        local_date,
        SUM(filled_rows) OVER (
            PARTITION BY what, office ORDER BY local_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - filled_rows AS rows_before,
        SUM(hits) OVER (
            PARTITION BY what, office ORDER BY local_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - hits AS hits_before,
        SUM(filled_rows) OVER (
            PARTITION BY what, office ORDER BY local_date ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS rows_after,
        SUM(hits) OVER (
            PARTITION BY what, office ORDER BY local_date ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS hits_after
    FROM by_day
),
jumps AS (
    SELECT
        r.what,
        r.office,
        r.local_date,
        ABS(CAST(r.hits_after AS DOUBLE) / NULLIF(r.rows_after, 0)
            - CAST(r.hits_before AS DOUBLE) / NULLIF(r.rows_before, 0)) AS jump
    FROM running AS r
    CROSS JOIN limits AS l
    WHERE r.rows_before >= l.rows_a_side AND r.rows_after >= l.rows_a_side
),
ranked AS (
    SELECT what, office, local_date, jump,
        ROW_NUMBER() OVER (PARTITION BY what, office ORDER BY jump DESC, local_date) AS place
    FROM jumps
),
turned AS (
    SELECT r.what, r.office, r.local_date
    FROM ranked AS r
    CROSS JOIN limits AS l
    WHERE r.place = 1 AND r.jump >= l.jump_from
)
SELECT
    f.case_id,
    f.office,
    CASE WHEN t.what IS NOT NULL AND f.local_date >= t.local_date THEN 1 ELSE 0 END AS hits,
    1 AS looked_at,
    f.what,
    CAST(t.local_date AS VARCHAR) AS detail
FROM filled AS f
LEFT JOIN turned AS t ON t.what = f.what AND t.office IS NOT DISTINCT FROM f.office
