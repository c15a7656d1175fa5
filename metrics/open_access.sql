-- Every contact counts once. It is a hit when it came about without an appointment or in open hours and was more than paperwork:
-- queueing at a counter is no open counselling. Where the setting is not recorded, the activities walk_in and open_hours say
-- so themselves; any other contact without a setting stays open, and so does an open one without a recorded form of action.
WITH settings AS (
    SELECT
        contact_id,
        case_id,
        office,
        on_date,
        action_form,
        CASE
            WHEN setting_mode IN ('walk_in', 'open_hours') THEN 1
            WHEN setting_mode IS NOT NULL THEN 0
            WHEN activity IN ('walk_in', 'open_hours') THEN 1
        END AS opened
    FROM contacts
)
SELECT
    contact_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN opened = 0 THEN 0
        WHEN opened = 1 AND action_form = 'administrative' THEN 0
        WHEN opened = 1 AND action_form IS NOT NULL THEN 1
    END AS numerator,
    1 AS denominator
FROM settings
