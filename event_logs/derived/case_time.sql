-- One row a case and stretch of the calendar in which it was at risk: the time rates and coverages are counted in. The
-- calendar is cut by month and where the law changed, so that a figure of a period or regime holds that time only.
SELECT
    c.case_id,
    c.office,
    CASE WHEN k.from_date < c.risk_from THEN c.risk_from ELSE k.from_date END AS from_date,
    CASE WHEN k.to_date > c.risk_to THEN c.risk_to ELSE k.to_date END AS to_date,
    DATE_DIFF(
        'day',
        CASE WHEN k.from_date < c.risk_from THEN c.risk_from ELSE k.from_date END,
        CASE WHEN k.to_date > c.risk_to THEN c.risk_to ELSE k.to_date END
    ) + 1 AS days
FROM cases AS c
JOIN calendar AS k ON k.from_date <= c.risk_to AND k.to_date >= c.risk_from
