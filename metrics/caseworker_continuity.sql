-- How concentrated the contacts of a case are on few caseworkers: the index of Bice and Boxerman (1977),
-- COC = (sum of n squared - N) / (N (N - 1)), where n are the contacts with one caseworker and N all of them.
-- It is 1 if the person always met the same caseworker and 0 if never the same twice, and its mean does not drift with
-- the number of contacts, unlike the share of the most frequent caseworker.
-- One item is a case within one function (integration, benefits, ...) and office, so that two functions side by side do
-- not look like a change. At least three contacts with a known caseworker; the day is that of the last one.
-- Beside it, of the N - 1 contacts after the first: secon, with the caseworker of the contact before (sequential continuity);
-- known_worker, with a caseworker the person had met before, (N - M) / (N - 1) where M is the number of caseworkers.
WITH ordered AS (
    SELECT
        case_id,
        function,
        office,
        worker,
        on_date,
        LAG(worker) OVER (PARTITION BY case_id, function, office ORDER BY on_date, contact_number, contact_id) AS before
    FROM contacts
    WHERE worker IS NOT NULL
),
by_worker AS (
    SELECT
        case_id,
        function,
        office,
        worker,
        COUNT(*) AS contacts,
        COUNT(*) FILTER (WHERE worker = before) AS repeats,
        MAX(on_date) AS last_date
    FROM ordered
    GROUP BY case_id, function, office, worker
),
by_case AS (
    SELECT
        case_id,
        function,
        office,
        SUM(contacts) AS total,
        SUM(contacts * contacts) AS squares,
        SUM(repeats) AS repeats,
        COUNT(*) AS workers,
        MAX(last_date) AS on_date
    FROM by_worker
    GROUP BY case_id, function, office
)
SELECT
    CAST(case_id AS VARCHAR) || '-' || COALESCE(function, '') || '-' || COALESCE(office, '') AS item_id,
    case_id,
    office,
    on_date,
    CAST(squares - total AS DOUBLE) / NULLIF(total * (total - 1), 0) AS numerator,
    1 AS denominator,
    function,
    CAST(repeats AS DOUBLE) / NULLIF(total - 1, 0) AS secon,
    CAST(total - workers AS DOUBLE) / NULLIF(total - 1, 0) AS known_worker
FROM by_case
WHERE total >= 3
