-- One row an entry into a measure. How it was decided and how many options there were stand at the start, else at the
-- latest offer or assignment that says so, with the same link, on the same day or at most 60 days before; a start
-- without a link takes those without one since the start before. The legal notice is the strongest of all of them. An
-- end or dropout belongs to the last start before it with its link (without one: to the last start without). Voluntary
-- by law is what a coach of holistic support begins, or what begins while such support lasts (§ 16k SGB II).
WITH told AS (
    SELECT
        case_id, event_no, office, local_date, activity, link_id, role, decision_mode, options_offered,
        CASE legal_notice WHEN 'full' THEN 3 WHEN 'hint' THEN 2 WHEN 'none' THEN 1 END AS notice
    FROM events
    WHERE activity IN (
            'measure_offer', 'measure_assignment', 'measure_start', 'measure_end', 'measure_dropout',
            'special_support_start', 'special_support_end', 'return_to_regular'
        )
      AND (lifecycle = 'complete' OR lifecycle IS NULL)
),
starts AS (
    SELECT
        case_id, event_no, office, local_date, link_id, role, decision_mode, options_offered, notice,
        LAG(event_no) OVER (PARTITION BY case_id, link_id ORDER BY event_no) AS previous_no,
        LEAD(event_no) OVER (PARTITION BY case_id, link_id ORDER BY event_no) AS next_no
    FROM told
    WHERE activity = 'measure_start'
),
words AS (
    SELECT
        s.case_id,
        s.event_no,
        ARG_MAX(o.decision_mode, o.event_no) FILTER (WHERE o.decision_mode IS NOT NULL) AS decision_mode,
        ARG_MAX(o.options_offered, o.event_no) FILTER (WHERE o.options_offered IS NOT NULL) AS options_offered,
        MAX(o.notice) AS notice
    FROM starts AS s
    JOIN told AS o ON o.case_id = s.case_id AND DATE_DIFF('day', o.local_date, s.local_date) BETWEEN 0 AND 60
    WHERE o.activity IN ('measure_offer', 'measure_assignment')
      AND (o.link_id = s.link_id
          OR (o.link_id IS NULL AND s.link_id IS NULL AND (s.previous_no IS NULL OR o.event_no > s.previous_no)))
    GROUP BY s.case_id, s.event_no
),
endings AS (
    SELECT
        s.case_id,
        s.event_no,
        MIN(e.local_date) FILTER (WHERE e.activity = 'measure_end') AS ended_on,
        MIN(e.local_date) FILTER (WHERE e.activity = 'measure_dropout') AS dropped_on
    FROM starts AS s
    JOIN told AS e ON e.case_id = s.case_id AND e.event_no > s.event_no
    WHERE e.activity IN ('measure_end', 'measure_dropout')
      AND e.link_id IS NOT DISTINCT FROM s.link_id
      AND (s.next_no IS NULL OR e.event_no < s.next_no)
    GROUP BY s.case_id, s.event_no
),
supported AS (
    SELECT case_id, event_no,
        CASE WHEN activity = 'special_support_start' AND role = 'coach' THEN 1 ELSE 0 END AS by_coach
    FROM told
    WHERE activity IN ('special_support_start', 'special_support_end', 'return_to_regular')
),
coached AS (
    SELECT s.case_id, s.event_no,
        ARG_MAX(p.by_coach, p.event_no) FILTER (WHERE p.by_coach IS NOT NULL) AS by_coach
    FROM starts AS s
    JOIN supported AS p ON p.case_id = s.case_id AND p.event_no < s.event_no
    GROUP BY s.case_id, s.event_no
)
SELECT
    CAST(s.case_id AS VARCHAR) || '-' || CAST(s.event_no AS VARCHAR) AS measure_id,
    s.case_id,
    s.office,
    s.local_date AS on_date,
    COALESCE(s.decision_mode, w.decision_mode) AS decision_mode,
    CASE
        WHEN s.notice = 3 OR w.notice = 3 THEN 'full'
        WHEN s.notice = 2 OR w.notice = 2 THEN 'hint'
        WHEN s.notice = 1 OR w.notice = 1 THEN 'none'
    END AS legal_notice,
    COALESCE(s.options_offered, w.options_offered) AS options_offered,
    COALESCE(k.by_coach, 0) = 1 OR COALESCE(s.role, '') = 'coach' AS voluntary_by_law,
    e.ended_on,
    e.dropped_on,
    CASE WHEN c.observed_until < s.local_date THEN s.local_date ELSE c.observed_until END AS observed_until
FROM starts AS s
JOIN cases AS c ON c.case_id = s.case_id
LEFT JOIN words AS w ON w.case_id = s.case_id AND w.event_no = s.event_no
LEFT JOIN endings AS e ON e.case_id = s.case_id AND e.event_no = s.event_no
LEFT JOIN coached AS k ON k.case_id = s.case_id AND k.event_no = s.event_no
