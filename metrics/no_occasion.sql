-- Every appointment that the office set counts once, whether the client confirmed it or not. It is a hit when nothing
-- stood behind it but the prescribed interval, or no occasion was given. Where the occasion is not recorded, the
-- numerator stays empty: an empty field is not the same as an entry that says "none stated".
-- Appointments that were agreed, or of which nobody knows how they were set, are left out.
SELECT
    CAST(case_id AS VARCHAR) || '-' || appointment_id AS item_id,
    case_id,
    office,
    slot_date AS on_date,
    CASE
        WHEN occasion IN ('routine_interval', 'none_stated') THEN 1
        WHEN occasion IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN occasion = 'routine_interval' THEN 1 WHEN occasion IS NOT NULL THEN 0 END AS routine_interval
FROM appointments
WHERE setting_mode IN ('office_set', 'office_set_confirmed')
