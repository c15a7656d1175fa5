-- One row a case. The office and the attributes of a case are the first recorded value in order. The day of exit is the
-- attribute, else the day of the first event that ends the case. Observation ends with the exit or with the log,
-- whichever comes first; a case is at risk from its entry (its first event where none is recorded) or from the first day
-- of the log to the end of its observation.
WITH gathered AS (
    SELECT
        case_id,
        ARG_MIN(office, event_no) FILTER (WHERE office IS NOT NULL) AS office,
        ARG_MIN(household_id, event_no) FILTER (WHERE household_id IS NOT NULL) AS household_id,
        MIN(local_date) AS first_date,
        MAX(local_date) AS last_date,
        ARG_MIN(entry, event_no) FILTER (WHERE entry IS NOT NULL) AS entry,
        COALESCE(
            ARG_MIN("exit", event_no) FILTER (WHERE "exit" IS NOT NULL),
            MIN(local_date) FILTER (WHERE activity = 'exit')
        ) AS exit_date,
        ARG_MIN(exit_reason, event_no) FILTER (WHERE exit_reason IS NOT NULL) AS exit_reason,
        ARG_MIN(segment, event_no) FILTER (WHERE segment IS NOT NULL) AS segment,
        ARG_MIN(carrier, event_no) FILTER (WHERE carrier IS NOT NULL) AS carrier,
        ARG_MIN(comparison_type, event_no) FILTER (WHERE comparison_type IS NOT NULL) AS comparison_type,
        ARG_MIN(birth_band, event_no) FILTER (WHERE birth_band IS NOT NULL) AS birth_band,
        ARG_MIN(household_size, event_no) FILTER (WHERE household_size IS NOT NULL) AS household_size,
        COUNT(*) AS events
    FROM events
    GROUP BY case_id
),
watched AS (
    SELECT
        g.case_id,
        CASE
            WHEN COALESCE(g.entry, g.first_date) > o.first_day THEN COALESCE(g.entry, g.first_date)
            ELSE o.first_day
        END AS starts_on,
        CASE WHEN g.exit_date < o.last_day THEN g.exit_date ELSE o.last_day END AS ends_on
    FROM gathered AS g
    CROSS JOIN observation AS o
)
SELECT
    g.case_id,
    g.office,
    g.household_id,
    g.first_date,
    g.last_date,
    g.entry,
    g.exit_date,
    g.exit_reason,
    g.segment,
    g.carrier,
    g.comparison_type,
    g.birth_band,
    g.household_size,
    g.events,
    CASE WHEN w.starts_on <= w.ends_on THEN w.starts_on END AS risk_from,
    CASE WHEN w.starts_on <= w.ends_on THEN w.ends_on END AS risk_to,
    CASE WHEN w.ends_on < g.first_date THEN g.first_date ELSE w.ends_on END AS observed_until
FROM gathered AS g
JOIN watched AS w ON w.case_id = g.case_id
