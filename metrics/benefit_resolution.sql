-- Every benefit issue counts once, with the days from being raised to being resolved. An issue that is open when
-- observation ends counts as open for as long as it was watched, never as unresolved.
-- An issue whose first entry is its resolution seems to have taken no time at all. Only where it came up on the day of
-- an integration contact is it known to begin that day; elsewhere the numerator stays empty.
WITH watched AS (
    SELECT
        case_id,
        benefit_issue_id,
        office,
        raised_on,
        CASE WHEN resolved_on <= observed_until THEN resolved_on END AS resolved_on,
        raised_in_contact,
        observed_until
    FROM benefit_issues
)
SELECT
    CAST(case_id AS VARCHAR) || '-' || benefit_issue_id AS item_id,
    case_id,
    office,
    raised_on AS on_date,
    CASE
        WHEN resolved_on IS NULL THEN 0
        WHEN resolved_on > raised_on OR raised_in_contact THEN 1
    END AS numerator,
    DATE_DIFF('day', raised_on, COALESCE(resolved_on, observed_until)) AS denominator
FROM watched
