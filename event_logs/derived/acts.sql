-- One row an act: every completed contact, piece of work or message, with what was done in it. A contact with the
-- client in person, by video, phone or chat is substantive; unlike in contacts, several on one day stay several acts.
-- The outcome of a message is that of its appointment: a call that cancels one was made.
SELECT
    CAST(e.case_id AS VARCHAR) || '-' || CAST(e.event_no AS VARCHAR) AS act_id,
    e.case_id,
    e.office,
    e.local_date AS on_date,
    e.activity,
    k.kind,
    k.kind = 'contact' AND (e.channel IN ('in_person', 'video', 'phone', 'chat') OR e.channel IS NULL) AS substantive,
    e.role,
    r.function,
    e.initiator,
    e.channel,
    e.access_route,
    e.action_form,
    e.target,
    e.duration_min
FROM events AS e
JOIN activity_kinds AS k ON k.activity = e.activity
LEFT JOIN role_functions AS r ON r.role = e.role
WHERE k.kind IN ('contact', 'work', 'message')
  AND (e.lifecycle = 'complete' OR e.lifecycle IS NULL)
  AND (e.outcome = 'attended' OR e.outcome IS NULL OR k.kind = 'message')
