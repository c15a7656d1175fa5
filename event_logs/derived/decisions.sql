-- One row a documented decision: a plan, a placement proposal, a measure offered, assigned or begun, special support, a
-- change of segment, and every contact whose next step is recorded with how it was decided. informed_on is the day of
-- the latest contact at least one day and at most 60 days before; a next step has none, because it is decided in a
-- contact.
WITH offered AS (
    SELECT case_id, CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) AS contact_id, options_offered
    FROM events
    WHERE options_offered IS NOT NULL AND decision_mode IS NOT NULL
),
made AS (
    SELECT
        CAST(case_id AS VARCHAR) || '-' || CAST(event_no AS VARCHAR) AS decision_id,
        case_id, office, local_date AS on_date, activity, decision_mode, legal_notice, options_offered,
        CASE activity
            WHEN 'cooperation_plan' THEN 'plan'
            WHEN 'placement_proposal' THEN 'proposal'
            WHEN 'special_support_start' THEN 'support'
            WHEN 'segment_change' THEN 'segment'
            ELSE 'measure'
        END AS decision_kind
    FROM events
    WHERE activity IN (
            'cooperation_plan', 'placement_proposal', 'measure_offer', 'measure_assignment', 'measure_start',
            'special_support_start', 'segment_change'
        )
      AND (lifecycle = 'complete' OR lifecycle IS NULL)
    UNION ALL
    SELECT
        c.contact_id AS decision_id, c.case_id, c.office, c.on_date, c.activity, c.decision_mode, c.legal_notice,
        o.options_offered, 'next_step' AS decision_kind
    FROM contacts AS c
    LEFT JOIN offered AS o ON o.case_id = c.case_id AND o.contact_id = c.contact_id
    WHERE c.decision_mode IS NOT NULL
),
informed AS (
    SELECT m.case_id, m.decision_id, MAX(c.on_date) AS informed_on
    FROM made AS m
    JOIN contacts AS c ON c.case_id = m.case_id AND DATE_DIFF('day', c.on_date, m.on_date) BETWEEN 1 AND 60
    WHERE m.decision_kind <> 'next_step'
    GROUP BY m.case_id, m.decision_id
)
SELECT
    m.decision_id,
    m.case_id,
    m.office,
    m.on_date,
    m.activity,
    m.decision_kind,
    m.decision_mode,
    m.legal_notice,
    m.options_offered,
    i.informed_on
FROM made AS m
LEFT JOIN informed AS i ON i.case_id = m.case_id AND i.decision_id = m.decision_id
