-- Every benefit issue raised on the day of an integration contact counts once, on that day. It is a hit when the
-- benefits side took part or the client was handed to it in person within 14 days. How that is seen, and when it is not
-- known, is settled where issues are made (event_logs/derived/benefit_issues.sql).
SELECT
    CAST(case_id AS VARCHAR) || '-' || benefit_issue_id AS item_id,
    case_id,
    office,
    raised_on AS on_date,
    drawn_in AS numerator,
    1 AS denominator
FROM benefit_issues
WHERE raised_in_contact
