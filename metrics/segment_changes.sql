-- How often a case is moved to another segment, counted over the time cases are under observation. One item is a case and a
-- stretch of that time; every recorded change counts. Why, and whether the caseworker changed with it (at most 28 days before or
-- after), stands beside; where that is not known of a change, it is not known of its stretch.
WITH counted AS (
    SELECT
        t.case_id,
        t.from_date,
        COUNT(*) AS changes,
        COUNT(*) FILTER (WHERE s.change_reason IN ('case', 'client_wish')) AS case_reason,
        COUNT(*) FILTER (WHERE s.change_reason IN ('age', 'legal')) AS by_rule,
        COUNT(*) FILTER (WHERE s.change_reason IN ('reorganisation', 'turnover', 'cover')) AS by_organisation,
        COUNT(*) FILTER (WHERE s.change_reason IS NULL) AS reason_unknown,
        CASE WHEN COUNT(s.worker_changed) = COUNT(*) THEN COUNT(*) FILTER (WHERE s.worker_changed) END AS with_worker_change
    FROM case_time AS t
    JOIN segment_changes AS s ON s.case_id = t.case_id AND s.on_date BETWEEN t.from_date AND t.to_date
    GROUP BY t.case_id, t.from_date
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.from_date AS VARCHAR) AS item_id,
    t.case_id,
    t.office,
    t.to_date AS on_date,
    COALESCE(n.changes, 0) AS numerator,
    t.days AS denominator,
    COALESCE(n.case_reason, 0) AS case_reason,
    COALESCE(n.by_rule, 0) AS by_rule,
    COALESCE(n.by_organisation, 0) AS by_organisation,
    COALESCE(n.reason_unknown, 0) AS reason_unknown,
    CASE WHEN n.case_id IS NULL THEN 0 ELSE n.with_worker_change END AS with_worker_change
FROM case_time AS t
LEFT JOIN counted AS n ON n.case_id = t.case_id AND n.from_date = t.from_date
