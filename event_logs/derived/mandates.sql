-- One row a stretch in which a mandate is active without break. Obtaining, confirming, extending or renewing one makes
-- it active; withdrawing or declining ends it, and so do a change of the assigned caseworker that is no cover (a
-- mandate is given to a person and lapses until it is renewed) and the exit. Order on a day is the order of events; the
-- exit comes last. The end of observation ends nothing: to_date stays empty.
WITH given AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker,
        CASE WHEN activity IN ('mandate_withdrawn', 'mandate_declined') THEN 0 ELSE 1 END AS active
    FROM events
    WHERE activity IN (
            'mandate_obtained', 'mandate_confirmed', 'mandate_extended', 'mandate_renewed', 'mandate_withdrawn',
            'mandate_declined'
        )
      AND (lifecycle = 'complete' OR lifecycle IS NULL)
),
marks AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker, active,
        CASE WHEN active = 0 THEN 'withdrawn' END AS ends_by, 0 AS is_exit
    FROM given
    UNION ALL
    SELECT
        e.case_id, e.event_no, e.office, e.local_date, e.activity, CAST(NULL AS VARCHAR) AS mandate_scope,
        CAST(NULL AS VARCHAR) AS mandate_worker, 0 AS active, 'worker_change' AS ends_by, 0 AS is_exit
    FROM events AS e
    JOIN assignments AS a
        ON a.case_id = e.case_id
        AND a.assignment_id = CAST(e.case_id AS VARCHAR) || '-' || CAST(e.event_no AS VARCHAR)
    WHERE e.activity IN ('worker_change', 'handover')
      AND (NOT a.cover OR a.cover IS NULL)
      AND e.case_id IN (SELECT case_id FROM given)
    UNION ALL
    SELECT
        case_id, 0 AS event_no, office, exit_date AS local_date, 'exit' AS activity,
        CAST(NULL AS VARCHAR) AS mandate_scope, CAST(NULL AS VARCHAR) AS mandate_worker, 0 AS active,
        'exit' AS ends_by, 1 AS is_exit
    FROM cases
    WHERE exit_date <= observed_until AND case_id IN (SELECT case_id FROM given)
),
followed AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker, active, ends_by,
        ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY local_date, is_exit, event_no) AS place,
        LAG(active) OVER (PARTITION BY case_id ORDER BY local_date, is_exit, event_no) AS before
    FROM marks
),
opened AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker, active, ends_by, place,
        CASE WHEN active = 1 AND COALESCE(before, 0) = 0 THEN 1 ELSE 0 END AS opens
    FROM followed
),
numbered AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker, active, ends_by, place, opens,
        SUM(opens) OVER (
            PARTITION BY case_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS mandate_number
    FROM opened
),
endings AS (
    SELECT
        case_id,
        mandate_number,
        MIN(local_date) AS to_date,
        ARG_MIN(ends_by, place) FILTER (WHERE ends_by IS NOT NULL) AS ended_by
    FROM numbered
    WHERE active = 0
    GROUP BY case_id, mandate_number
)
SELECT
    CAST(n.case_id AS VARCHAR) || '-' || CAST(n.event_no AS VARCHAR) AS mandate_id,
    n.case_id,
    n.office,
    n.local_date AS from_date,
    e.to_date,
    n.activity,
    n.mandate_scope,
    n.mandate_worker,
    CAST(n.mandate_number AS BIGINT) AS mandate_number,
    e.ended_by,
    CASE WHEN c.observed_until < n.local_date THEN n.local_date ELSE c.observed_until END AS observed_until
FROM numbered AS n
JOIN cases AS c ON c.case_id = n.case_id
LEFT JOIN endings AS e ON e.case_id = n.case_id AND e.mandate_number = n.mandate_number
WHERE n.opens = 1
