-- Appointments the office set on its own, against appointments that were agreed or booked by the client: which share
-- did the client call off? Kept, missed and called-off appointments count; those the office itself called off are left
-- out. Appointments the client merely confirmed belong to neither arm.
-- Where the slot has passed and no outcome is recorded, nobody knows: the numerator stays empty.
SELECT
    CAST(a.case_id AS VARCHAR) || '-' || a.appointment_id AS item_id,
    a.case_id,
    a.office,
    a.slot_date AS on_date,
    CASE WHEN a.outcome = 'cancelled_client' THEN 1 WHEN a.outcome IN ('attended', 'no_show') THEN 0 END AS numerator,
    1 AS denominator,
    CASE WHEN a.setting_mode = 'office_set' THEN 'office_set' ELSE 'agreed' END AS arm
FROM appointments AS a
CROSS JOIN observation AS o
WHERE a.setting_mode IN ('office_set', 'jointly_agreed', 'client_booked')
  AND (
    a.outcome IN ('attended', 'no_show', 'cancelled_client')
    OR (a.outcome IS NULL AND a.slot_date <= o.last_day)
  )
