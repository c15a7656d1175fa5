-- One row a return to regular support: a return itself, or the end of special support or of a measure that no return follows within 28
-- days. What softens the break, each 1, 0 or not known: the caseworker of the first integration contact within 60 days after is that of the
-- last one before the support or measure began; a handover within 14 days before or after was warm; a contact within 14 days after; a
-- mandate obtained or renewed within 60 days after. What the time watched is too short for is not known, unless it has happened.
WITH ends AS (
    SELECT e.case_id, e.event_no, e.office, e.local_date
    FROM events AS e
    WHERE e.activity = 'return_to_regular'
       OR (e.activity IN ('special_support_end', 'measure_end')
           AND NOT EXISTS (
               SELECT 1 FROM events AS r
               WHERE r.case_id = e.case_id AND r.activity = 'return_to_regular'
                 AND DATE_DIFF('day', e.local_date, r.local_date) BETWEEN 0 AND 28
           ))
),
began AS (
    SELECT n.case_id, n.event_no, ARG_MAX(s.local_date, s.event_no) FILTER (WHERE s.local_date IS NOT NULL) AS began_on
    FROM ends AS n
    JOIN events AS s ON s.case_id = n.case_id AND s.event_no < n.event_no
    WHERE s.activity IN ('special_support_start', 'measure_start')
    GROUP BY n.case_id, n.event_no
),
before_it AS (
    SELECT b.case_id, b.event_no, c.worker,
        ROW_NUMBER() OVER (PARTITION BY b.case_id, b.event_no ORDER BY c.on_date DESC, c.case_contact_number DESC) AS place
    FROM began AS b
    JOIN contacts AS c ON c.case_id = b.case_id AND c.on_date < b.began_on
    WHERE c.function = 'integration'
),
after_it AS (
    SELECT n.case_id, n.event_no, c.worker,
        ROW_NUMBER() OVER (PARTITION BY n.case_id, n.event_no ORDER BY c.on_date, c.case_contact_number) AS place
    FROM ends AS n
    JOIN contacts AS c ON c.case_id = n.case_id AND DATE_DIFF('day', n.local_date, c.on_date) BETWEEN 0 AND 60
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
    GROUP BY n.case_id, n.event_no
),
renewed AS (
    SELECT n.case_id, n.event_no, COUNT(*) AS mandates_after
    FROM ends AS n
    JOIN events AS m ON m.case_id = n.case_id AND DATE_DIFF('day', n.local_date, m.local_date) BETWEEN 0 AND 60
    WHERE m.activity IN ('mandate_obtained', 'mandate_renewed', 'mandate_confirmed')
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
        WHEN h.of_unknown_type > 0 THEN NULL
        WHEN DATE_DIFF('day', n.local_date, c.observed_until) < 14 THEN NULL
        ELSE 0
    END AS warm,
    CASE
        WHEN m.contacts_after > 0 THEN 1
        WHEN DATE_DIFF('day', n.local_date, c.observed_until) < 14 THEN NULL
        ELSE 0
    END AS met,
    CASE
        WHEN r.mandates_after > 0 THEN 1
        WHEN DATE_DIFF('day', n.local_date, c.observed_until) < 60 THEN NULL
        ELSE 0
    END AS mandate_renewed,
    CASE WHEN c.observed_until < n.local_date THEN n.local_date ELSE c.observed_until END AS observed_until
FROM ends AS n
JOIN cases AS c ON c.case_id = n.case_id
LEFT JOIN before_it AS b ON b.case_id = n.case_id AND b.event_no = n.event_no AND b.place = 1
LEFT JOIN after_it AS a ON a.case_id = n.case_id AND a.event_no = n.event_no AND a.place = 1
LEFT JOIN met AS m ON m.case_id = n.case_id AND m.event_no = n.event_no
LEFT JOIN handed_over AS h ON h.case_id = n.case_id AND h.event_no = n.event_no
LEFT JOIN renewed AS r ON r.case_id = n.case_id AND r.event_no = n.event_no
