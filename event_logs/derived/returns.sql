-- One row a return to regular support, one a day: a return itself; the end of special support without a return within
-- 28 days before or after, and without another special support that begins within 28 days; the end of a measure without
-- a return within 28 days before or after, which no special support outlasts. What softens the break, each 1, 0 or not
-- known: the caseworker of the first integration contact on the 60 days after is that of the last one before what ended
-- had begun (the measure with the same link; the special support; for a return the last of these since the return
-- before, special support first); a handover to the integration side inside the house within 14 days before or after
-- was warm; a contact within 14 days, the day itself included; a mandate that begins, is obtained or renewed within 60
-- days. What the time watched is too short for is not known, unless it has happened.
WITH told AS (
    SELECT case_id, event_no, office, local_date, activity, link_id
    FROM events
    WHERE activity IN (
            'return_to_regular', 'special_support_start', 'special_support_end', 'measure_start', 'measure_end',
            'mandate_obtained', 'mandate_renewed'
        )
      AND (lifecycle = 'complete' OR lifecycle IS NULL)
),
continued AS (
    SELECT e.case_id, e.event_no
    FROM told AS e
    JOIN told AS n ON n.case_id = e.case_id AND DATE_DIFF('day', e.local_date, n.local_date) BETWEEN -28 AND 28
    WHERE (n.activity = 'return_to_regular' AND e.activity IN ('special_support_end', 'measure_end'))
       OR (n.activity = 'special_support_start' AND e.activity = 'special_support_end' AND n.event_no > e.event_no)
    UNION ALL
    SELECT e.case_id, e.event_no
    FROM told AS e
    JOIN supports AS p ON p.case_id = e.case_id AND p.from_date <= e.local_date
    WHERE e.activity = 'measure_end' AND (p.to_date IS NULL OR p.to_date > e.local_date)
),
numbered AS (
    SELECT
        e.case_id, e.event_no, e.office, e.local_date, e.activity, e.link_id,
        ROW_NUMBER() OVER (
            PARTITION BY e.case_id, e.local_date
            ORDER BY CASE WHEN e.activity = 'measure_end' THEN 1 ELSE 0 END, e.event_no
        ) AS on_the_day
    FROM told AS e
    WHERE e.activity IN ('return_to_regular', 'special_support_end', 'measure_end')
      AND NOT EXISTS (SELECT 1 FROM continued AS k WHERE k.case_id = e.case_id AND k.event_no = e.event_no)
),
ends AS (
    SELECT case_id, event_no, office, local_date, activity, link_id
    FROM numbered
    WHERE on_the_day = 1
),
earlier AS (
    SELECT
        n.case_id,
        n.event_no,
        n.activity,
        COALESCE(MAX(s.event_no) FILTER (WHERE s.activity = 'return_to_regular'), 0) AS returned_no,
        MAX(s.event_no) FILTER (WHERE s.activity = 'special_support_start') AS support_no,
        MAX(s.local_date) FILTER (WHERE s.activity = 'special_support_start') AS support_on,
        MAX(s.event_no) FILTER (WHERE s.activity = 'measure_start') AS measure_no,
        MAX(s.local_date) FILTER (WHERE s.activity = 'measure_start') AS measure_on,
        MAX(s.local_date) FILTER (
            WHERE s.activity = 'measure_start' AND s.link_id IS NOT DISTINCT FROM n.link_id
        ) AS linked_on
    FROM ends AS n
    JOIN told AS s ON s.case_id = n.case_id AND s.event_no < n.event_no
    GROUP BY n.case_id, n.event_no, n.activity
),
began AS (
    SELECT
        case_id,
        event_no,
        CASE
            WHEN activity = 'measure_end' THEN linked_on
            WHEN activity = 'special_support_end' THEN support_on
            WHEN support_no > returned_no THEN support_on
            WHEN measure_no > returned_no THEN measure_on
        END AS began_on
    FROM earlier
),
before_it AS (
    SELECT b.case_id, b.event_no, c.worker,
        ROW_NUMBER() OVER (PARTITION BY b.case_id, b.event_no ORDER BY c.case_contact_number DESC) AS place
    FROM began AS b
    JOIN contacts AS c ON c.case_id = b.case_id AND c.on_date < b.began_on
    WHERE c.function = 'integration'
),
after_it AS (
    SELECT n.case_id, n.event_no, c.worker,
        ROW_NUMBER() OVER (PARTITION BY n.case_id, n.event_no ORDER BY c.case_contact_number) AS place
    FROM ends AS n
    JOIN contacts AS c ON c.case_id = n.case_id AND DATE_DIFF('day', n.local_date, c.on_date) BETWEEN 1 AND 60
    WHERE c.function = 'integration'
),
met AS (
    SELECT n.case_id, n.event_no, COUNT(*) AS contacts_after
    FROM ends AS n
    JOIN contacts AS c ON c.case_id = n.case_id AND DATE_DIFF('day', n.local_date, c.on_date) BETWEEN 0 AND 14
    GROUP BY n.case_id, n.event_no
),
handed_over AS (
    SELECT
        n.case_id,
        n.event_no,
        COUNT(*) FILTER (WHERE h.handover_type IN ('warm', 'accompanied')) AS in_person,
        COUNT(*) FILTER (WHERE h.handover_type IS NULL) AS of_unknown_type
    FROM ends AS n
    JOIN handovers AS h ON h.case_id = n.case_id AND DATE_DIFF('day', n.local_date, h.on_date) BETWEEN -14 AND 14
    LEFT JOIN role_functions AS r ON r.role = h.to_role
    WHERE h.transfer_kind = 'internal' AND (r.function = 'integration' OR r.function IS NULL)
    GROUP BY n.case_id, n.event_no
),
mandated AS (
    SELECT case_id, from_date AS on_date FROM mandates
    UNION ALL
    SELECT case_id, local_date AS on_date FROM told WHERE activity IN ('mandate_obtained', 'mandate_renewed')
),
renewed AS (
    SELECT n.case_id, n.event_no, COUNT(*) AS mandates_after
    FROM ends AS n
    JOIN mandated AS m ON m.case_id = n.case_id AND DATE_DIFF('day', n.local_date, m.on_date) BETWEEN 0 AND 60
    GROUP BY n.case_id, n.event_no
)
SELECT
    CAST(n.case_id AS VARCHAR) || '-' || CAST(n.event_no AS VARCHAR) AS return_id,
    n.case_id,
    n.office,
    n.local_date AS on_date,
    CASE
        WHEN b.worker IS NULL OR a.worker IS NULL THEN NULL
        WHEN b.worker = a.worker THEN 1
        ELSE 0
    END AS same_worker,
    CASE
        WHEN h.in_person > 0 THEN 1
        WHEN h.of_unknown_type > 0 OR DATE_DIFF('day', n.local_date, c.observed_until) < 14 THEN NULL
        ELSE 0
    END AS warm,
    CASE
        WHEN m.contacts_after > 0 THEN 1
        WHEN DATE_DIFF('day', n.local_date, c.observed_until) >= 14 THEN 0
    END AS met,
    CASE
        WHEN r.mandates_after > 0 THEN 1
        WHEN DATE_DIFF('day', n.local_date, c.observed_until) >= 60 THEN 0
    END AS mandate_renewed,
    CASE WHEN c.observed_until < n.local_date THEN n.local_date ELSE c.observed_until END AS observed_until
FROM ends AS n
JOIN cases AS c ON c.case_id = n.case_id
LEFT JOIN before_it AS b ON b.case_id = n.case_id AND b.event_no = n.event_no AND b.place = 1
LEFT JOIN after_it AS a ON a.case_id = n.case_id AND a.event_no = n.event_no AND a.place = 1
LEFT JOIN met AS m ON m.case_id = n.case_id AND m.event_no = n.event_no
LEFT JOIN handed_over AS h ON h.case_id = n.case_id AND h.event_no = n.event_no
LEFT JOIN renewed AS r ON r.case_id = n.case_id AND r.event_no = n.event_no
