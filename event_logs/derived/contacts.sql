-- One row a substantive contact: a completed contact with the client, in person, by video, phone or chat.
-- Several of one case with the same known worker on the same local day are one contact: the first in order keeps its values.
-- Contacts whose worker is unknown are never merged. Number, previous worker, day and prescribed interval count within case and
-- function, case_contact_number within the case.
WITH substantive AS (
    SELECT
        e.case_id, e.event_no, e.office, e.local_date, e.activity, e.worker, e.role, r.function, e.team, e.segment,
        e.initiator, e.setting_mode, e.channel, e.location, e.visit_purpose, e.participants, e.appointment_id, e.occasion,
        e.legal_notice, e.access_route, e.format, e.members_present, e.action_form, e.topic, e.decision_mode, e.duration_min,
        e.prescribed_interval_days,
        CASE WHEN e.worker IS NULL THEN 1 ELSE
            ROW_NUMBER() OVER (PARTITION BY e.case_id, e.worker, e.local_date ORDER BY e.event_no)
        END AS same_day
    FROM events AS e
    JOIN activity_kinds AS k ON k.activity = e.activity
    LEFT JOIN role_functions AS r ON r.role = e.role
    WHERE k.kind = 'contact'
      AND (e.lifecycle = 'complete' OR e.lifecycle IS NULL)
      AND (e.outcome = 'attended' OR e.outcome IS NULL)
      AND (e.channel IN ('in_person', 'video', 'phone', 'chat') OR e.channel IS NULL)
)
SELECT
    CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) AS contact_id,
    case_id,
    office,
    local_date AS on_date,
    activity,
    worker,
    role,
    function,
    team,
    segment,
    initiator,
    setting_mode,
    channel,
    location,
    visit_purpose,
    participants,
    ROW_NUMBER() OVER (PARTITION BY case_id, function ORDER BY event_no) AS contact_number,
    LAG(worker) OVER (PARTITION BY case_id, function ORDER BY event_no) AS previous_worker,
    LAG(local_date) OVER (PARTITION BY case_id, function ORDER BY event_no) AS previous_date,
    ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY event_no) AS case_contact_number,
    appointment_id,
    occasion,
    legal_notice,
    access_route,
    format,
    members_present,
    action_form,
    topic,
    decision_mode,
    duration_min,
    prescribed_interval_days,
    LAG(prescribed_interval_days) OVER (PARTITION BY case_id, function ORDER BY event_no) AS previous_interval_days
FROM substantive
WHERE same_day = 1
