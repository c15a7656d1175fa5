-- Every benefit issue raised on the day of an integration contact counts once, on that day. It is a hit when it was
-- resolved on that very day.
SELECT
    CAST(case_id AS VARCHAR) || '-' || benefit_issue_id AS item_id,
    case_id,
    office,
    raised_on AS on_date,
    CASE WHEN resolved_on = raised_on THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM benefit_issues
WHERE raised_in_contact
