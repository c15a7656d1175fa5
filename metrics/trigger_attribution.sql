-- Every contact of a case but its first counts. It is a hit when a signal of need from the client's side came at most 14 days
-- before, the day of the contact included. In the first 14 days of the log a signal may lie before it: what is not found there
-- is not known.
-- Beside it stands whether the contact lay on the prescribed interval (as in grid_adherence): only on it, on both, on neither.
-- Contacts that were agreed or booked lie on no calendar but their own. Where no interval is prescribed or not recorded, or how
-- the contact was set, the parts stay empty.
WITH days AS (
    SELECT
        case_id,
        on_date,
        0 AS is_contact,
        trigger_id AS row_id,
        on_date AS signal_on,
        CAST(NULL AS VARCHAR) AS office,
        0 AS number_in_case,
        CAST(NULL AS VARCHAR) AS setting_mode,
        0 AS gap,
        0 AS grid
    FROM triggers
    UNION ALL
    SELECT
        case_id,
        on_date,
        1 AS is_contact,
        contact_id AS row_id,
        CAST(NULL AS DATE) AS signal_on,
        office,
        case_contact_number AS number_in_case,
        setting_mode,
        DATE_DIFF('day', previous_date, on_date) AS gap,
        previous_interval_days AS grid
    FROM contacts
),
followed AS (
    SELECT
        case_id,
        on_date,
        is_contact,
        row_id,
        office,
        number_in_case,
        setting_mode,
        gap,
        grid,
        MAX(signal_on) OVER (
            PARTITION BY case_id ORDER BY on_date, is_contact, row_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS last_signal_on
    FROM days
),
judged AS (
    SELECT
        f.row_id,
        f.case_id,
        f.office,
        f.on_date,
        CASE
            WHEN DATE_DIFF('day', f.last_signal_on, f.on_date) <= 14 THEN 1
            WHEN DATE_DIFF('day', o.first_day, f.on_date) >= 14 THEN 0
        END AS need,
        CASE
            WHEN NOT f.grid > 0 OR f.grid IS NULL OR f.gap IS NULL OR f.setting_mode IS NULL THEN NULL
            WHEN f.setting_mode IN ('jointly_agreed', 'client_booked') THEN 0
            WHEN ABS(f.gap - f.grid) <= 3 OR 20 * ABS(f.gap - f.grid) <= f.grid THEN 1
            ELSE 0
        END AS calendar
    FROM followed AS f
    CROSS JOIN observation AS o
    WHERE f.is_contact = 1 AND f.number_in_case > 1
)
SELECT
    row_id AS item_id,
    case_id,
    office,
    on_date,
    need AS numerator,
    1 AS denominator,
    (1 - need) * calendar AS calendar_only,
    need * calendar AS both,
    (1 - need) * (1 - calendar) AS neither
FROM judged
