-- One row an appointment: all events of one case that carry its id. The final outcome is that of the latest event with
-- one, the day that event's local day, else the planned day, else the day of the last event. Who asked, how it was set,
-- why and with which notice are the first recorded values in order; it was invited to on the day of the first
-- invitation with its id. An appointment that was only ever rescheduled is no row.
WITH chains AS (
    SELECT
        appointment_id,
        case_id,
        ARG_MAX(office, event_no) FILTER (WHERE office IS NOT NULL AND outcome IS NOT NULL) AS outcome_office,
        ARG_MAX(office, event_no) FILTER (WHERE office IS NOT NULL) AS last_office,
        ARG_MAX(local_date, event_no) FILTER (WHERE local_date IS NOT NULL AND outcome IS NOT NULL) AS outcome_date,
        ARG_MAX(planned_date, event_no) FILTER (WHERE planned_date IS NOT NULL) AS planned_date,
        ARG_MAX(local_date, event_no) FILTER (WHERE local_date IS NOT NULL) AS last_date,
        ARG_MAX(outcome, event_no) FILTER (WHERE outcome IS NOT NULL) AS outcome,
        ARG_MIN(initiator, event_no) FILTER (WHERE initiator IS NOT NULL) AS initiator,
        ARG_MIN(setting_mode, event_no) FILTER (WHERE setting_mode IS NOT NULL) AS setting_mode,
        ARG_MIN(occasion, event_no) FILTER (WHERE occasion IS NOT NULL) AS occasion,
        ARG_MIN(legal_notice, event_no) FILTER (WHERE legal_notice IS NOT NULL) AS legal_notice,
        MIN(local_date) FILTER (WHERE activity = 'invitation_sent') AS invited_on,
        ARG_MIN(team, event_no) FILTER (WHERE team IS NOT NULL) AS team
    FROM events
    WHERE appointment_id IS NOT NULL
    GROUP BY case_id, appointment_id
)
SELECT
    appointment_id,
    case_id,
    COALESCE(outcome_office, last_office) AS office,
    COALESCE(outcome_date, planned_date, last_date) AS slot_date,
    outcome,
    initiator,
    setting_mode,
    occasion,
    legal_notice,
    invited_on,
    team
FROM chains
WHERE outcome IS NULL OR outcome NOT IN ('rescheduled_client', 'rescheduled_office')
