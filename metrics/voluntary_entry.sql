-- Every entry into a measure counts once, unless the law makes it voluntary anyway (holistic support, § 16k SGB II). It
-- is a hit when the client chose it or both sides decided on it, and no full notice of legal consequences stood over
-- it. Where nobody recorded how it was decided, or whether there was a notice, the numerator stays empty: were only
-- free choices without an entry left open, every gap would pull the share down.
-- options: the client had at least two offers to choose from.
SELECT
    measure_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN decision_mode IS NULL OR legal_notice IS NULL THEN NULL
        WHEN decision_mode IN ('client_choice', 'joint') AND legal_notice <> 'full' THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN options_offered >= 2 THEN 1 WHEN options_offered IS NOT NULL THEN 0 END AS options
FROM measures
WHERE NOT COALESCE(voluntary_by_law, FALSE)
