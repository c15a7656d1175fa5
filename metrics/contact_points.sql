-- With how many caseworkers a client had contact in the 365 days up to the case's last contact. One item is a case with
-- at least three contacts with a known caseworker in that time, all of which must have been watched: either the log is
-- long enough, or the case began in it. The number is known when the caseworker is known in four of five contacts.
-- A caseworker met in two functions counts in both parts; where a function is not recorded, no part is known.
WITH latest AS (
    SELECT case_id, MAX(on_date) AS last_contact
    FROM contacts
    GROUP BY case_id
),
watched AS (
    SELECT c.case_id, c.office, l.last_contact
    FROM cases AS c
    JOIN latest AS l ON l.case_id = c.case_id
    CROSS JOIN observation AS o
    WHERE DATE_DIFF('day', o.first_day, l.last_contact) >= 364 OR c.entry >= o.first_day
),
by_worker AS (
    SELECT
        k.case_id,
        k.worker,
        COUNT(*) AS contacts,
        COUNT(*) FILTER (WHERE k.function IS NULL) AS of_unknown_function,
        MAX(CASE WHEN k.function = 'integration' THEN 1 ELSE 0 END) AS integration,
        MAX(CASE WHEN k.function = 'benefits' THEN 1 ELSE 0 END) AS benefits,
        MAX(CASE WHEN k.function = 'front' THEN 1 ELSE 0 END) AS front,
        MAX(CASE WHEN k.function = 'provider' THEN 1 ELSE 0 END) AS provider
    FROM contacts AS k
    JOIN watched AS w ON w.case_id = k.case_id AND DATE_DIFF('day', k.on_date, w.last_contact) < 365
    GROUP BY k.case_id, k.worker
),
by_case AS (
    SELECT
        case_id,
        SUM(contacts) AS contacts,
        SUM(CASE WHEN worker IS NOT NULL THEN contacts ELSE 0 END) AS with_worker,
        SUM(CASE WHEN worker IS NOT NULL THEN of_unknown_function ELSE 0 END) AS of_unknown_function,
        COUNT(worker) AS workers,
        SUM(CASE WHEN worker IS NOT NULL THEN integration ELSE 0 END) AS integration,
        SUM(CASE WHEN worker IS NOT NULL THEN benefits ELSE 0 END) AS benefits,
        SUM(CASE WHEN worker IS NOT NULL THEN front ELSE 0 END) AS front,
        SUM(CASE WHEN worker IS NOT NULL THEN provider ELSE 0 END) AS provider
    FROM by_worker
    GROUP BY case_id
)
SELECT
    CAST(w.case_id AS VARCHAR) AS item_id,
    w.case_id,
    w.office,
    w.last_contact AS on_date,
    CASE WHEN b.with_worker * 5 >= b.contacts * 4 THEN b.workers END AS numerator,
    1 AS denominator,
    CASE WHEN b.with_worker * 5 >= b.contacts * 4 AND b.of_unknown_function = 0 THEN b.integration END AS integration,
    CASE WHEN b.with_worker * 5 >= b.contacts * 4 AND b.of_unknown_function = 0 THEN b.benefits END AS benefits,
    CASE WHEN b.with_worker * 5 >= b.contacts * 4 AND b.of_unknown_function = 0 THEN b.front END AS front,
    CASE WHEN b.with_worker * 5 >= b.contacts * 4 AND b.of_unknown_function = 0 THEN b.provider END AS provider
FROM watched AS w
JOIN by_case AS b ON b.case_id = w.case_id
WHERE b.with_worker >= 3
