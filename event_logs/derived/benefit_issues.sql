-- One row a benefit issue: all events of a case that carry its id. Raised on the day of the first event that raises it (else of its first
-- event), resolved on the first later day that resolves it or on which its state is settled. Raised in a contact: an integration contact
-- on that day. Drawn in: a benefits worker took part, or a contact with one fell on the same day, or it was handed over to the benefits
-- side in person within 14 days; not drawn in only where the participants are recorded and nothing else is left open.
WITH gathered AS (
    SELECT
        case_id,
        benefit_issue_id,
        COALESCE(MIN(event_no) FILTER (WHERE activity = 'benefit_issue_raised'), MIN(event_no)) AS raised_no
    FROM events
    WHERE benefit_issue_id IS NOT NULL
    GROUP BY case_id, benefit_issue_id
),
raised AS (
    SELECT g.case_id, g.benefit_issue_id, g.raised_no, e.office, e.local_date AS raised_on
    FROM gathered AS g
    JOIN events AS e ON e.case_id = g.case_id AND e.event_no = g.raised_no
),
resolved AS (
    SELECT r.case_id, r.benefit_issue_id, MIN(e.local_date) AS resolved_on
    FROM raised AS r
    JOIN events AS e ON e.case_id = r.case_id AND e.benefit_issue_id = r.benefit_issue_id AND e.event_no >= r.raised_no
    WHERE e.activity = 'benefit_issue_resolved' OR e.benefit_state = 'settled'
    GROUP BY r.case_id, r.benefit_issue_id
),
same_day AS (
    SELECT
        r.case_id,
        r.benefit_issue_id,
        COUNT(*) FILTER (WHERE c.function = 'integration') AS integration_contacts,
        COUNT(*) FILTER (WHERE c.function IS NULL) AS contacts_of_unknown_function,
        COUNT(*) FILTER (WHERE c.function = 'benefits' OR '|' || c.participants || '|' LIKE '%|benefits|%') AS with_benefits,
        COUNT(c.participants) AS contacts_with_participants
    FROM raised AS r
    JOIN contacts AS c ON c.case_id = r.case_id AND c.on_date = r.raised_on
    GROUP BY r.case_id, r.benefit_issue_id
),
handed_over AS (
    SELECT
        r.case_id,
        r.benefit_issue_id,
        COUNT(*) FILTER (WHERE h.handover_type IN ('warm', 'accompanied')) AS in_person,
        COUNT(*) FILTER (WHERE h.handover_type IS NULL) AS of_unknown_type
    FROM raised AS r
    JOIN handovers AS h ON h.case_id = r.case_id AND DATE_DIFF('day', r.raised_on, h.on_date) BETWEEN 0 AND 14
    WHERE h.to_role = 'benefits'
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
        WHEN COALESCE(d.contacts_of_unknown_function, 0) = 0 THEN FALSE
    END AS raised_in_contact,
    CASE
        WHEN d.with_benefits > 0 OR h.in_person > 0 THEN 1
        WHEN COALESCE(d.contacts_with_participants, 0) = 0 OR h.of_unknown_type > 0 THEN NULL
        ELSE 0
    END AS drawn_in,
    CASE WHEN c.observed_until < r.raised_on THEN r.raised_on ELSE c.observed_until END AS observed_until
FROM raised AS r
JOIN cases AS c ON c.case_id = r.case_id
LEFT JOIN resolved AS v ON v.case_id = r.case_id AND v.benefit_issue_id = r.benefit_issue_id
LEFT JOIN same_day AS d ON d.case_id = r.case_id AND d.benefit_issue_id = r.benefit_issue_id
LEFT JOIN handed_over AS h ON h.case_id = r.case_id AND h.benefit_issue_id = r.benefit_issue_id
