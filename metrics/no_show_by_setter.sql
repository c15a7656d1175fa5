-- Appointments the office set on its own, against appointments that were agreed or booked by the client: which share
-- was missed? Kept and missed appointments count; an appointment that was called off, by whichever side, was not missed
-- and is left out. Appointments the client merely confirmed belong to neither arm.
-- Where the slot has passed and no outcome is recorded, nobody knows: the numerator stays empty. An office that records
-- only what was missed would otherwise seem to be missed by everybody.
SELECT
    CAST(a.case_id AS VARCHAR) || '-' || a.appointment_id AS item_id,
    a.case_id,
    a.office,
    a.slot_date AS on_date,
    CASE WHEN a.outcome = 'no_show' THEN 1 WHEN a.outcome = 'attended' THEN 0 END AS numerator,
    1 AS denominator,
    CASE WHEN a.setting_mode = 'office_set' THEN 'office_set' ELSE 'agreed' END AS arm
FROM appointments AS a
CROSS JOIN observation AS o
WHERE a.setting_mode IN ('office_set', 'jointly_agreed', 'client_booked')
  AND (a.outcome IN ('no_show', 'attended') OR (a.outcome IS NULL AND a.slot_date <= o.last_day))
