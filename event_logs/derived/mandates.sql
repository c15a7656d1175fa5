-- One row a stretch in which a mandate is active without break. Obtaining, confirming, extending or renewing one makes it active;
-- withdrawing or declining ends it, and so does a change of the assigned caseworker that is no cover: a mandate is given to a
-- person and lapses until it is renewed. The end of observation alone ends nothing, the exit does.
WITH marks AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker,
        CASE WHEN activity IN ('mandate_obtained', 'mandate_confirmed', 'mandate_extended', 'mandate_renewed') THEN 1
            ELSE 0 END AS active,
        CASE WHEN activity IN ('mandate_withdrawn', 'mandate_declined') THEN 'withdrawn' ELSE 'worker_change' END AS ended_by
    FROM events
    WHERE activity IN (
            'mandate_obtained', 'mandate_confirmed', 'mandate_extended', 'mandate_renewed', 'mandate_withdrawn',
            'mandate_declined'
        )
       OR ((activity = 'worker_change'
            OR (activity = 'handover' AND to_org IS NULL AND (from_worker IS NOT NULL OR to_worker IS NOT NULL)))
           AND (change_reason <> 'cover' OR change_reason IS NULL))
),
followed AS (
    SELECT case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker, active, ended_by,
        LAG(active) OVER (PARTITION BY case_id ORDER BY event_no) AS before
    FROM marks
),
numbered AS (
    SELECT
        case_id, event_no, office, local_date, activity, mandate_scope, mandate_worker, active, ended_by,
        CASE WHEN active = 1 AND (before IS NULL OR before = 0) THEN 1 ELSE 0 END AS opens,
        SUM(CASE WHEN active = 1 AND (before IS NULL OR before = 0) THEN 1 ELSE 0 END) OVER (
            PARTITION BY case_id ORDER BY event_no ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS mandate_number
    FROM followed
),
endings AS (
    SELECT
        case_id,
        mandate_number,
        MIN(local_date) FILTER (WHERE active = 0) AS ended_on,
        ARG_MIN(ended_by, event_no) FILTER (WHERE ended_by IS NOT NULL AND active = 0) AS ended_by
    FROM numbered
    GROUP BY case_id, mandate_number
)
SELECT
    CAST(n.case_id AS VARCHAR) || '-' || CAST(n.event_no AS VARCHAR) AS mandate_id,
    n.case_id,
    n.office,
    n.local_date AS from_date,
    CASE
        WHEN e.ended_on IS NOT NULL AND (c.exit_date IS NULL OR e.ended_on <= c.exit_date) THEN e.ended_on
        WHEN c.exit_date <= c.observed_until AND c.exit_date >= n.local_date THEN c.exit_date
        ELSE e.ended_on
    END AS to_date,
    n.activity,
    n.mandate_scope,
    n.mandate_worker,
    n.mandate_number,
    CASE
        WHEN e.ended_on IS NOT NULL AND (c.exit_date IS NULL OR e.ended_on <= c.exit_date) THEN e.ended_by
        WHEN c.exit_date <= c.observed_until AND c.exit_date >= n.local_date THEN 'exit'
        ELSE e.ended_by
    END AS ended_by,
    CASE WHEN c.observed_until < n.local_date THEN n.local_date ELSE c.observed_until END AS observed_until
FROM numbered AS n
JOIN endings AS e ON e.case_id = n.case_id AND e.mandate_number = n.mandate_number
JOIN cases AS c ON c.case_id = n.case_id
WHERE n.opens = 1
