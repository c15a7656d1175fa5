-- One row an entry into a measure. How it was decided and how many options there were stand at the start, else at the latest offer or
-- assignment with the same link at most 60 days before (a start without a link: one without a link). Its legal notice is the strongest
-- of them. Voluntary by law is what a coach of holistic support begins, or what begins while such support lasts (§ 16k SGB II).
WITH starts AS (
    SELECT
        case_id, event_no, office, local_date, link_id, role, decision_mode, legal_notice, options_offered,
        LEAD(event_no) OVER (PARTITION BY case_id, link_id ORDER BY event_no) AS next_no
    FROM events
    WHERE activity = 'measure_start'
),
words AS (
    SELECT
        s.case_id,
        s.event_no,
        ARG_MAX(o.decision_mode, o.event_no) FILTER (WHERE o.decision_mode IS NOT NULL) AS decision_mode,
        ARG_MAX(o.options_offered, o.event_no) FILTER (WHERE o.options_offered IS NOT NULL) AS options_offered,
        MAX(CASE o.legal_notice WHEN 'full' THEN 3 WHEN 'hint' THEN 2 WHEN 'none' THEN 1 END) AS notice
    FROM starts AS s
    JOIN events AS o ON o.case_id = s.case_id AND o.event_no < s.event_no AND o.link_id IS NOT DISTINCT FROM s.link_id
    WHERE o.activity IN ('measure_offer', 'measure_assignment')
      AND DATE_DIFF('day', o.local_date, s.local_date) <= 60
    GROUP BY s.case_id, s.event_no
),
endings AS (
    SELECT
        s.case_id,
        s.event_no,
        MIN(e.local_date) FILTER (WHERE e.activity = 'measure_end') AS ended_on,
        MIN(e.local_date) FILTER (WHERE e.activity = 'measure_dropout') AS dropped_on
    FROM starts AS s
    JOIN events AS e ON e.case_id = s.case_id AND e.event_no > s.event_no AND e.link_id IS NOT DISTINCT FROM s.link_id
    WHERE e.activity IN ('measure_end', 'measure_dropout')
      AND (s.next_no IS NULL OR e.event_no < s.next_no)
    GROUP BY s.case_id, s.event_no
),
supported AS (
    SELECT case_id, event_no,
        CASE WHEN activity = 'special_support_start' AND role = 'coach' THEN 1 ELSE 0 END AS by_coach
    FROM events
    WHERE activity IN ('special_support_start', 'special_support_end', 'return_to_regular')
),
coached AS (
    SELECT s.case_id, s.event_no,
        ARG_MAX(p.by_coach, p.event_no) FILTER (WHERE p.by_coach IS NOT NULL) AS by_coach
    FROM starts AS s
    JOIN supported AS p ON p.case_id = s.case_id AND p.event_no < s.event_no
    GROUP BY s.case_id, s.event_no
),
judged AS (
    SELECT
        s.case_id, s.event_no, s.office, s.local_date, s.role,
        COALESCE(s.decision_mode, w.decision_mode) AS decision_mode,
        COALESCE(s.options_offered, w.options_offered) AS options_offered,
        CASE s.legal_notice WHEN 'full' THEN 3 WHEN 'hint' THEN 2 WHEN 'none' THEN 1 END AS own_notice,
        w.notice,
        COALESCE(k.by_coach, 0) AS by_coach
    FROM starts AS s
    LEFT JOIN words AS w ON w.case_id = s.case_id AND w.event_no = s.event_no
    LEFT JOIN coached AS k ON k.case_id = s.case_id AND k.event_no = s.event_no
)
SELECT
    CAST(j.case_id AS VARCHAR) || '-' || CAST(j.event_no AS VARCHAR) AS measure_id,
    j.case_id,
    j.office,
    j.local_date AS on_date,
    j.decision_mode,
    CASE
        WHEN j.own_notice = 3 OR j.notice = 3 THEN 'full'
        WHEN j.own_notice = 2 OR j.notice = 2 THEN 'hint'
        WHEN j.own_notice = 1 OR j.notice = 1 THEN 'none'
    END AS legal_notice,
    j.options_offered,
    j.by_coach = 1 OR COALESCE(j.role, '') = 'coach' AS voluntary_by_law,
    e.ended_on,
    e.dropped_on,
    CASE WHEN c.observed_until < j.local_date THEN j.local_date ELSE c.observed_until END AS observed_until
FROM judged AS j
JOIN cases AS c ON c.case_id = j.case_id
LEFT JOIN endings AS e ON e.case_id = j.case_id AND e.event_no = j.event_no
