-- Every appointment the client was invited to counts once, on the day of the first invitation. It is a hit when the
-- notice of legal consequences was given in full; a mere hint is none and stands beside. The notice is the first one
-- recorded with the appointment (event_logs/derived/appointments.sql); where none is, the numerator stays empty.
SELECT
    CAST(case_id AS VARCHAR) || '-' || appointment_id AS item_id,
    case_id,
    office,
    invited_on AS on_date,
    CASE WHEN legal_notice = 'full' THEN 1 WHEN legal_notice IN ('none', 'hint') THEN 0 END AS numerator,
    1 AS denominator,
    CASE WHEN legal_notice = 'hint' THEN 1 WHEN legal_notice IN ('none', 'full') THEN 0 END AS hint
FROM appointments
WHERE invited_on IS NOT NULL
