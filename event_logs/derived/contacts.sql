-- One row a substantive contact: a completed contact with the client, in person, by video, phone or chat. Several of
-- one case with the same known worker on the same local day are one contact: the first in order keeps its values.
-- Contacts whose worker is unknown are never merged. contact_number, previous worker, previous day and the interval
-- prescribed at the contact before count within case and function, case_contact_number within the case. What is counted
-- is kept apart from what is only shown: windows over a few columns take half the time.
WITH substantive AS (
    SELECT
        e.case_id, e.event_no, e.local_date, e.worker, r.function, e.prescribed_interval_days,
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
),
numbered AS (
    SELECT
        case_id,
        event_no,
        function,
        ROW_NUMBER() OVER (PARTITION BY case_id, function ORDER BY event_no) AS contact_number,
        LAG(worker) OVER (PARTITION BY case_id, function ORDER BY event_no) AS previous_worker,
        LAG(local_date) OVER (PARTITION BY case_id, function ORDER BY event_no) AS previous_date,
        ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY event_no) AS case_contact_number,
        LAG(prescribed_interval_days) OVER (PARTITION BY case_id, function ORDER BY event_no) AS previous_interval_days
    FROM substantive
    WHERE same_day = 1
)
SELECT
    CAST(e.case_id AS VARCHAR) || '-' || CAST(e.event_no AS VARCHAR) AS contact_id,
    e.case_id,
    e.office,
    e.local_date AS on_date,
    e.activity,
    e.worker,
    e.role,
    n.function,
    e.team,
    e.segment,
    e.initiator,
    e.setting_mode,
    e.channel,
    e.location,
    e.visit_purpose,
    e.participants,
    n.contact_number,
    n.previous_worker,
    n.previous_date,
    n.case_contact_number,
    e.appointment_id,
    e.occasion,
    e.legal_notice,
    e.access_route,
    e.format,
    e.members_present,
    e.action_form,
    e.topic,
    e.decision_mode,
    e.duration_min,
    e.prescribed_interval_days,
    n.previous_interval_days
FROM numbered AS n
JOIN events AS e ON e.case_id = n.case_id AND e.event_no = n.event_no
