-- One row a case. The office is that of its first event; case attributes are the first recorded value in order.
SELECT
    case_id,
    ARG_MIN(office, event_no) FILTER (WHERE office IS NOT NULL) AS office,
    ARG_MIN(household_id, event_no) FILTER (WHERE household_id IS NOT NULL) AS household_id,
    MIN(local_date) AS first_date,
    MAX(local_date) AS last_date,
    ARG_MIN(entry, event_no) FILTER (WHERE entry IS NOT NULL) AS entry,
    ARG_MIN("exit", event_no) FILTER (WHERE "exit" IS NOT NULL) AS exit_date,
    ARG_MIN(exit_reason, event_no) FILTER (WHERE exit_reason IS NOT NULL) AS exit_reason,
    ARG_MIN(segment, event_no) FILTER (WHERE segment IS NOT NULL) AS segment,
    ARG_MIN(carrier, event_no) FILTER (WHERE carrier IS NOT NULL) AS carrier,
    ARG_MIN(comparison_type, event_no) FILTER (WHERE comparison_type IS NOT NULL) AS comparison_type,
    ARG_MIN(birth_band, event_no) FILTER (WHERE birth_band IS NOT NULL) AS birth_band,
    ARG_MIN(household_size, event_no) FILTER (WHERE household_size IS NOT NULL) AS household_size,
    COUNT(*) AS events
FROM events
GROUP BY case_id
