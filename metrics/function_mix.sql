-- Every contact with the integration or the benefits side counts once; it is a hit on the benefits side. A contact
-- whose role is not recorded may be either: its numerator stays empty. Front desk, providers and others are left out.
SELECT
    contact_id AS item_id,
    case_id,
    office,
    on_date,
    CASE WHEN function = 'benefits' THEN 1 WHEN function = 'integration' THEN 0 END AS numerator,
    1 AS denominator
FROM contacts
WHERE function IN ('integration', 'benefits') OR function IS NULL
