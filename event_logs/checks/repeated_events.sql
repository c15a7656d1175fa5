-- The same activity of a case twice at one moment, with something else that differs: a correction, or two rows for one
-- event. Start and end of an activity are not the same event; rows with a day only are compared elsewhere.
WITH repeated AS (
    SELECT case_id, activity, timestamp
    FROM events
    WHERE NOT date_only
    GROUP BY case_id, activity, timestamp
    HAVING COUNT(*) > 1
),
versions AS (
    SELECT DISTINCT
        e.case_id, e.event_id, e.activity, e.activity_label, e.timestamp, e.started_at, e.lifecycle, e.worker,
        e.role, e.team, e.office, e.household_id, e.appointment_id, e.initiator, e.setting_mode, e.occasion,
        e.legal_notice, e.outcome, e.channel, e.access_route, e.location, e.visit_purpose, e.format,
        e.participants, e.members_present, e.action_form, e.topic, e.target, e.decision_mode,
        e.options_offered, e.mandate_scope, e.mandate_worker, e.handover_type, e.from_worker, e.to_worker,
        e.to_role, e.to_org, e.link_id, e.benefit_issue_id, e.benefit_state, e.segment, e.change_reason,
        e.prescribed_interval_days, e.due_date, e.duration_min, e.planned_at, e.requested_at, e.recorded_at,
        e.sanction_type, e.sanction_pct, e.source_system, e.birth_band, e.household_size, e.entry, e.exit,
        e.exit_reason, e.carrier, e.comparison_type
    FROM events AS e
    JOIN repeated AS r ON r.case_id = e.case_id AND r.activity = e.activity AND r.timestamp = e.timestamp
),
counted AS (
    SELECT case_id, activity, timestamp, lifecycle, MIN(office) AS office, COUNT(*) AS versions
    FROM versions
    GROUP BY case_id, activity, timestamp, lifecycle
)
SELECT case_id, office, versions - 1 AS hits, 0 AS looked_at FROM counted WHERE versions > 1
UNION ALL
SELECT case_id, office, 0 AS hits, 1 AS looked_at FROM events WHERE NOT date_only
