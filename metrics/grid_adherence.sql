-- How often the time between two integration contacts is the prescribed interval: at most 3 days off, or 5 per cent of it where
-- that is more. What counts is the interval prescribed at the contact before. Several contacts on one day are no interval.
-- An interval that was agreed, or that the client chose by booking, is no item: a person may want a fixed rhythm. Where it is
-- not recorded how the contact was set, nobody knows whether it is one of these: the numerator stays empty.
-- Beside it: the prescribed interval, or two, three or four times as much (one left out is still the calendar).
WITH intervals AS (
    SELECT
        contact_id,
        case_id,
        office,
        on_date,
        setting_mode,
        previous_interval_days AS grid,
        DATE_DIFF('day', previous_date, on_date) AS gap
    FROM contacts
    WHERE function = 'integration'
      AND previous_interval_days > 0
      AND previous_date < on_date
      AND (setting_mode IS NULL OR setting_mode NOT IN ('jointly_agreed', 'client_booked'))
),
judged AS (
    SELECT
        contact_id,
        case_id,
        office,
        on_date,
        setting_mode,
        gap,
        grid,
        CASE WHEN ABS(gap - grid) <= 3 OR 20 * ABS(gap - grid) <= grid THEN 1 ELSE 0 END AS once,
        CASE
            WHEN ABS(gap - 2 * grid) <= 3 OR 20 * ABS(gap - 2 * grid) <= grid THEN 1
            WHEN ABS(gap - 3 * grid) <= 3 OR 20 * ABS(gap - 3 * grid) <= grid THEN 1
            WHEN ABS(gap - 4 * grid) <= 3 OR 20 * ABS(gap - 4 * grid) <= grid THEN 1
            ELSE 0
        END AS multiple
    FROM intervals
)
SELECT
    contact_id AS item_id,
    case_id,
    office,
    on_date,
    CASE WHEN setting_mode IS NOT NULL THEN once END AS numerator,
    1 AS denominator,
    CASE WHEN setting_mode IS NOT NULL THEN CASE WHEN once = 1 OR multiple = 1 THEN 1 ELSE 0 END END AS with_multiples,
    gap,
    grid
FROM judged
