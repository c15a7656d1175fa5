-- One row a special support (intensive case management, holistic support, a provider's programme). It lasts to the
-- first end or return to regular support after it, or to the start of the next one: a case has one at a time; else to
-- the exit; empty = it still lasts. A provider runs it where a receiving body is named or the role is a provider's or
-- partner's, the job centre itself where the role is of its integration side. Joint contacts are those of its time that
-- had both sides present, by the one who recorded it or by the participants; empty where no contact of that time says
-- who took part. unclear_contacts are those that do not say it.
WITH told AS (
    SELECT case_id, event_no, office, local_date, activity, to_org, role
    FROM events
    WHERE activity IN ('special_support_start', 'special_support_end', 'return_to_regular')
      AND (lifecycle = 'complete' OR lifecycle IS NULL)
),
followed AS (
    SELECT case_id, event_no, office, local_date, activity, to_org, role,
        LEAD(local_date) OVER (PARTITION BY case_id ORDER BY event_no) AS next_date
    FROM told
),
spans AS (
    SELECT
        f.case_id, f.event_no, f.office, f.local_date AS from_date, f.to_org, f.role, r.function,
        CASE
            WHEN f.next_date IS NOT NULL THEN f.next_date
            WHEN c.exit_date >= f.local_date AND c.exit_date <= c.observed_until THEN c.exit_date
        END AS to_date,
        CASE WHEN c.observed_until < f.local_date THEN f.local_date ELSE c.observed_until END AS observed_until
    FROM followed AS f
    JOIN cases AS c ON c.case_id = f.case_id
    LEFT JOIN role_functions AS r ON r.role = f.role
    WHERE f.activity = 'special_support_start'
),
in_time AS (
    SELECT p.case_id, p.event_no, c.contact_id, c.function, '|' || c.participants || '|' AS present
    FROM spans AS p
    JOIN contacts AS c
        ON c.case_id = p.case_id
        AND c.on_date BETWEEN p.from_date AND COALESCE(p.to_date, p.observed_until)
),
own_side AS (
    SELECT DISTINCT i.case_id, i.event_no, i.contact_id
    FROM in_time AS i
    JOIN role_functions AS r ON r.function = 'integration'
    WHERE i.function = 'integration' OR i.present LIKE '%|' || r.role || '|%'
),
counted AS (
    SELECT
        i.case_id,
        i.event_no,
        COUNT(i.present) AS recorded,
        COUNT(*) AS contacts,
        COUNT(*) FILTER (
            WHERE o.contact_id IS NOT NULL
              AND (i.function = 'provider' OR i.present LIKE '%|measure_provider|%' OR i.present LIKE '%|partner|%')
        ) AS joint
    FROM in_time AS i
    LEFT JOIN own_side AS o ON o.case_id = i.case_id AND o.event_no = i.event_no AND o.contact_id = i.contact_id
    GROUP BY i.case_id, i.event_no
)
SELECT
    CAST(p.case_id AS VARCHAR) || '-' || CAST(p.event_no AS VARCHAR) AS support_id,
    p.case_id,
    p.office,
    p.from_date,
    p.to_date,
    CASE
        WHEN p.to_org IS NOT NULL OR p.role IN ('measure_provider', 'partner') THEN 'provider'
        WHEN p.function = 'integration' THEN 'own'
    END AS run_by,
    CASE WHEN n.recorded > 0 THEN n.joint END AS joint_contacts,
    COALESCE(n.contacts - n.recorded, 0) AS unclear_contacts,
    p.observed_until
FROM spans AS p
LEFT JOIN counted AS n ON n.case_id = p.case_id AND n.event_no = p.event_no
