-- Every stretch of 180 days or more without contact that a contact ended counts once, on the day of that contact. It is
-- a hit when a measure provider or a partner took part. Where nobody noted who took part, the numerator stays empty.
SELECT
    CAST(case_id AS VARCHAR) || '-' || CAST(from_date AS VARCHAR) AS item_id,
    case_id,
    office,
    to_date AS on_date,
    CASE
        WHEN '|' || participants || '|' LIKE '%|measure_provider|%' OR '|' || participants || '|' LIKE '%|partner|%'
            THEN 1
        WHEN participants IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator
FROM contact_gaps
WHERE days >= 180 AND ended_by_contact
