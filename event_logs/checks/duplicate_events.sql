-- Rows that are alike in every column that is read. Only moments at which a case has an activity twice are compared.
WITH repeated AS (
    SELECT case_id, activity, timestamp
    FROM events
    GROUP BY case_id, activity, timestamp
    HAVING COUNT(*) > 1
),
alike AS (
    SELECT e.case_id, e.office, COUNT(*) AS copies
    FROM events AS e
    JOIN repeated AS r ON r.case_id = e.case_id AND r.activity = e.activity AND r.timestamp = e.timestamp
    GROUP BY
        e.case_id, e.event_id, e.activity, e.activity_label, e.timestamp, e.started_at, e.lifecycle, e.worker,
        e.role, e.team, e.office, e.household_id, e.appointment_id, e.initiator, e.setting_mode, e.occasion,
        e.legal_notice, e.outcome, e.channel, e.access_route, e.location, e.visit_purpose, e.format,
        e.participants, e.members_present, e.action_form, e.topic, e.target, e.decision_mode,
        e.options_offered, e.mandate_scope, e.mandate_worker, e.handover_type, e.from_worker, e.to_worker,
        e.to_role, e.to_org, e.link_id, e.benefit_issue_id, e.benefit_state, e.segment, e.change_reason,
        e.prescribed_interval_days, e.due_date, e.duration_min, e.planned_at, e.requested_at, e.recorded_at,
        e.sanction_type, e.sanction_pct, e.source_system, e.birth_band, e.household_size, e.entry, e.exit,
        e.exit_reason, e.carrier, e.comparison_type
)
SELECT case_id, office, copies - 1 AS hits, 0 AS looked_at FROM alike WHERE copies > 1
UNION ALL
SELECT case_id, office, 0 AS hits, 1 AS looked_at FROM events
