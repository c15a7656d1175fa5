-- Every contact with the benefits side counts once. It is a hit when it held counselling or assistance, whatever else
-- it held. Where its form of action is not recorded, the numerator stays empty.
SELECT
    contact_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN '|' || action_form || '|' LIKE '%|counselling|%' OR '|' || action_form || '|' LIKE '%|assistance|%' THEN 1
        WHEN action_form IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator
FROM contacts
WHERE function = 'benefits'
