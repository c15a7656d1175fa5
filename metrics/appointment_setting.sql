-- Every appointment counts once, whatever became of it: how it was set is known before it takes place. Conversations
-- without an appointment (walk-ins, open hours) were never set and are left out.
-- It is a hit when the client booked it or both sides agreed on it. An appointment the office set and the client merely
-- confirmed is none. Where the log does not say how it was set, numerator and parts stay empty.
SELECT
    CAST(case_id AS VARCHAR) || '-' || appointment_id AS item_id,
    case_id,
    office,
    slot_date AS on_date,
    CASE
        WHEN setting_mode IN ('client_booked', 'jointly_agreed') THEN 1
        WHEN setting_mode IS NOT NULL THEN 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN setting_mode = 'client_booked' THEN 1 WHEN setting_mode IS NOT NULL THEN 0 END AS client_booked,
    CASE WHEN setting_mode = 'jointly_agreed' THEN 1 WHEN setting_mode IS NOT NULL THEN 0 END AS jointly_agreed,
    CASE
        WHEN setting_mode = 'office_set_confirmed' THEN 1
        WHEN setting_mode IS NOT NULL THEN 0
    END AS office_set_confirmed,
    CASE WHEN setting_mode = 'office_set' THEN 1 WHEN setting_mode IS NOT NULL THEN 0 END AS office_set
FROM appointments
WHERE setting_mode IS NULL
   OR setting_mode IN ('client_booked', 'jointly_agreed', 'office_set_confirmed', 'office_set')
