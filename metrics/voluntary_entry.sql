-- Every entry into a measure counts once, unless the law makes it voluntary anyway (holistic support, § 16k SGB II). It
-- is a hit when the client chose it or both sides decided on it, and no full notice of legal consequences stood over
-- it. Where nobody recorded how it was decided, or a free choice has no entry about the notice, the numerator stays
-- empty.
-- options: the client had at least two offers to choose from.
SELECT
    measure_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN decision_mode IN ('client_choice', 'joint')
            THEN CASE WHEN legal_notice = 'full' THEN 0 WHEN legal_notice IS NOT NULL THEN 1 END
        WHEN decision_mode IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN options_offered >= 2 THEN 1 WHEN options_offered IS NOT NULL THEN 0 END AS options
FROM measures
WHERE NOT COALESCE(voluntary_by_law, FALSE)
