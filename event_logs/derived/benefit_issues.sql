-- One row a benefit issue: all events of a case that carry its id. Raised on the day of the first event that raises it
-- (else of its first event). Resolved on the first day from then on that an event resolves it, else on which its state
-- is settled. Raised in a contact: an integration contact on that day. Drawn in: a contact of that day was with the
-- benefits side or had it among the participants, or the client was handed to it in person within 14 days. Not drawn in
-- only where all of this is known: the participants of every contact of the day, the type and receiver of every
-- handover inside the house in the 14 days, and the 14 days were watched.
WITH told AS (
    SELECT
        case_id, event_no, office, local_date, benefit_issue_id, activity, benefit_state,
        activity = 'benefit_issue_resolved' AND (lifecycle = 'complete' OR lifecycle IS NULL) AS resolves
    FROM events
    WHERE benefit_issue_id IS NOT NULL
),
gathered AS (
    SELECT
        case_id,
        benefit_issue_id,
        COALESCE(MIN(event_no) FILTER (WHERE activity = 'benefit_issue_raised'), MIN(event_no)) AS raised_no
    FROM told
    GROUP BY case_id, benefit_issue_id
),
raised AS (
    SELECT g.case_id, g.benefit_issue_id, e.office, e.local_date AS raised_on
    FROM gathered AS g
    JOIN told AS e ON e.case_id = g.case_id AND e.event_no = g.raised_no
),
resolved AS (
    SELECT
        r.case_id,
        r.benefit_issue_id,
        COALESCE(
            MIN(e.local_date) FILTER (WHERE e.resolves),
            MIN(e.local_date) FILTER (WHERE e.benefit_state = 'settled')
        ) AS resolved_on
    FROM raised AS r
    JOIN told AS e
        ON e.case_id = r.case_id AND e.benefit_issue_id = r.benefit_issue_id AND e.local_date >= r.raised_on
    GROUP BY r.case_id, r.benefit_issue_id
),
same_day AS (
    SELECT
        r.case_id,
        r.benefit_issue_id,
        COUNT(*) FILTER (WHERE c.function = 'integration') AS integration_contacts,
        COUNT(*) FILTER (WHERE c.function IS NULL) AS of_unknown_function,
        COUNT(*) FILTER (
            WHERE c.function = 'benefits' OR '|' || c.participants || '|' LIKE '%|benefits|%'
        ) AS with_benefits,
        COUNT(*) AS contacts,
        COUNT(c.participants) AS with_participants
    FROM raised AS r
    JOIN contacts AS c ON c.case_id = r.case_id AND c.on_date = r.raised_on
    GROUP BY r.case_id, r.benefit_issue_id
),
handed_over AS (
    SELECT
        r.case_id,
        r.benefit_issue_id,
        COUNT(*) FILTER (WHERE h.to_role = 'benefits' AND h.handover_type IN ('warm', 'accompanied')) AS in_person,
        COUNT(*) FILTER (
            WHERE (h.to_role = 'benefits' AND h.handover_type IS NULL)
               OR (h.to_role IS NULL AND h.activity = 'handover'
                   AND (h.handover_type IN ('warm', 'accompanied') OR h.handover_type IS NULL))
        ) AS not_known
    FROM raised AS r
    JOIN handovers AS h ON h.case_id = r.case_id AND DATE_DIFF('day', r.raised_on, h.on_date) BETWEEN 0 AND 14
    WHERE h.transfer_kind = 'internal'
    GROUP BY r.case_id, r.benefit_issue_id
)
SELECT
    r.benefit_issue_id,
    r.case_id,
    r.office,
    r.raised_on,
    v.resolved_on,
    CASE
        WHEN d.integration_contacts > 0 THEN TRUE
        WHEN COALESCE(d.of_unknown_function, 0) = 0 THEN FALSE
    END AS raised_in_contact,
    CASE
        WHEN d.with_benefits > 0 OR h.in_person > 0 THEN 1
        WHEN COALESCE(d.contacts, 0) = 0 OR d.with_participants < d.contacts THEN NULL
        WHEN h.not_known > 0 OR DATE_DIFF('day', r.raised_on, c.observed_until) < 14 THEN NULL
        ELSE 0
    END AS drawn_in,
    CASE WHEN c.observed_until < r.raised_on THEN r.raised_on ELSE c.observed_until END AS observed_until
FROM raised AS r
JOIN cases AS c ON c.case_id = r.case_id
LEFT JOIN resolved AS v ON v.case_id = r.case_id AND v.benefit_issue_id = r.benefit_issue_id
LEFT JOIN same_day AS d ON d.case_id = r.case_id AND d.benefit_issue_id = r.benefit_issue_id
LEFT JOIN handed_over AS h ON h.case_id = r.case_id AND h.benefit_issue_id = r.benefit_issue_id
