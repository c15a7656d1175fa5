-- One row a special support (intensive case management, holistic support, a provider's programme): from its start to the first end or
-- return to regular support before the next start, else to the exit; empty = it still lasts. A provider runs it where a receiving body is
-- named or the role is a provider's or partner's, the job centre itself where the role is of its integration side. Joint contacts are those
-- in its time with both sides present, empty where no contact of that time says who took part.
WITH starts AS (
    SELECT
        e.case_id, e.event_no, e.office, e.local_date, e.to_org, e.role, r.function,
        LEAD(e.event_no) OVER (PARTITION BY e.case_id ORDER BY e.event_no) AS next_no
    FROM events AS e
    LEFT JOIN role_functions AS r ON r.role = e.role
    WHERE e.activity = 'special_support_start'
),
endings AS (
    SELECT s.case_id, s.event_no, MIN(e.local_date) AS ended_on
    FROM starts AS s
    JOIN events AS e ON e.case_id = s.case_id AND e.event_no > s.event_no
    WHERE e.activity IN ('special_support_end', 'return_to_regular') AND (s.next_no IS NULL OR e.event_no < s.next_no)
    GROUP BY s.case_id, s.event_no
),
spans AS (
    SELECT
        s.case_id, s.event_no, s.office, s.local_date, s.to_org, s.role, s.function, c.observed_until,
        CASE
            WHEN e.ended_on IS NOT NULL THEN e.ended_on
            WHEN c.exit_date >= s.local_date AND c.exit_date <= c.observed_until THEN c.exit_date
        END AS to_date
    FROM starts AS s
    JOIN cases AS c ON c.case_id = s.case_id
    LEFT JOIN endings AS e ON e.case_id = s.case_id AND e.event_no = s.event_no
),
in_time AS (
    SELECT p.case_id, p.event_no, c.contact_id, c.function, c.participants
    FROM spans AS p
    JOIN contacts AS c ON c.case_id = p.case_id AND c.on_date >= p.local_date AND c.on_date <= COALESCE(p.to_date, p.observed_until)
    WHERE c.participants IS NOT NULL
),
own_side AS (
    SELECT DISTINCT i.contact_id
    FROM in_time AS i
    JOIN role_functions AS r ON r.function = 'integration'
    WHERE i.function = 'integration' OR '|' || i.participants || '|' LIKE '%|' || r.role || '|%'
),
joint AS (
    SELECT
        i.case_id,
        i.event_no,
        COUNT(*) FILTER (
            WHERE o.contact_id IS NOT NULL
              AND ('|' || i.participants || '|' LIKE '%|measure_provider|%' OR '|' || i.participants || '|' LIKE '%|partner|%')
        ) AS both_sides
    FROM in_time AS i
    LEFT JOIN own_side AS o ON o.contact_id = i.contact_id
    GROUP BY i.case_id, i.event_no
)
SELECT
    CAST(p.case_id AS VARCHAR) || '-' || CAST(p.event_no AS VARCHAR) AS support_id,
    p.case_id,
    p.office,
    p.local_date AS from_date,
    p.to_date,
    CASE
        WHEN p.to_org IS NOT NULL OR p.role IN ('measure_provider', 'partner') THEN 'provider'
        WHEN p.function = 'integration' THEN 'own'
    END AS run_by,
    j.both_sides AS joint_contacts,
    CASE WHEN p.observed_until < p.local_date THEN p.local_date ELSE p.observed_until END AS observed_until
FROM spans AS p
LEFT JOIN joint AS j ON j.case_id = p.case_id AND j.event_no = p.event_no
