-- Every special support counts once that has ended or has been watched for at least 90 days. It is a hit when the job centre and
-- a provider or partner were both present in at least two contacts of its time. It is none only where the
-- contacts of that time that do not say who took part could not make two; otherwise the numerator stays empty.
SELECT
    support_id AS item_id,
    case_id,
    office,
    from_date AS on_date,
    CASE WHEN joint_contacts >= 2 THEN 1 WHEN joint_contacts + unclear_contacts < 2 THEN 0 END AS numerator,
    1 AS denominator
FROM supports
WHERE to_date IS NOT NULL OR DATE_DIFF('day', from_date, observed_until) >= 90
