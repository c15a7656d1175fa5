-- One row a transfer: referral, handover or change of caseworker. External is a referral, or a handover that names the
-- receiving organisation. The type stays as recorded. Where none is recorded, a transfer is derived to be warm if a
-- contact of the same case at most 14 local days before or after has participants of both sides: a role with the
-- function of the sending role, and for an external transfer a provider, partner or employer, for an internal one a
-- role with the function of the receiving role. No receiving role, nothing derived. The two sides are two participants:
-- where both have one function, as between two placement workers, one of them in the list is not both. The client is on
-- neither side. An external transfer has arrived on the day of the first arrival with its link on or after its day; one
-- without a link with the first arrival without a link after it and before the next external transfer without a link.
WITH transfers AS (
    SELECT
        e.case_id, e.event_no, e.office, e.local_date, e.activity, e.handover_type, e.role, e.to_role, e.to_org,
        e.worker, e.from_worker, e.to_worker, e.change_reason, e.link_id,
        CASE
            WHEN e.activity = 'referral' THEN 'external'
            WHEN e.activity = 'handover' AND e.to_org IS NOT NULL THEN 'external'
            ELSE 'internal'
        END AS transfer_kind,
        sender.function AS sending_function,
        receiver.function AS receiving_function
    FROM events AS e
    JOIN activity_kinds AS k ON k.activity = e.activity
    LEFT JOIN role_functions AS sender ON sender.role = e.role
    LEFT JOIN role_functions AS receiver ON receiver.role = e.to_role
    WHERE k.kind = 'transfer'
),
unlinked AS (
    SELECT case_id, event_no, LEAD(event_no) OVER (PARTITION BY case_id ORDER BY event_no) AS next_no
    FROM transfers
    WHERE transfer_kind = 'external' AND link_id IS NULL
),
arrived AS (
    SELECT t.case_id, t.event_no, MIN(e.local_date) AS arrived_on
    FROM transfers AS t
    JOIN events AS e ON e.case_id = t.case_id
    LEFT JOIN unlinked AS u ON u.case_id = t.case_id AND u.event_no = t.event_no
    WHERE t.transfer_kind = 'external'
      AND e.activity = 'arrival'
      AND ((e.link_id = t.link_id AND e.local_date >= t.local_date)
          OR (t.link_id IS NULL AND e.link_id IS NULL AND e.event_no > t.event_no
              AND (u.next_no IS NULL OR e.event_no < u.next_no)))
    GROUP BY t.case_id, t.event_no
),
joint AS (
    SELECT DISTINCT t.case_id, t.event_no
    FROM transfers AS t
    JOIN contacts AS c ON c.case_id = t.case_id
    JOIN role_functions AS s ON s.function = t.sending_function
    JOIN role_functions AS r ON
        (t.transfer_kind = 'external' AND r.role IN ('measure_provider', 'partner', 'employer'))
        OR (t.transfer_kind = 'internal' AND r.function = t.receiving_function)
    WHERE t.handover_type IS NULL
      AND s.role NOT IN ('client', 'household_member')
      AND r.role NOT IN ('client', 'household_member')
      AND c.participants IS NOT NULL
      AND DATE_DIFF('day', t.local_date, c.on_date) BETWEEN -14 AND 14
      AND '|' || c.participants || '|' LIKE '%|' || s.role || '|%'
      AND '|' || c.participants || '|' LIKE '%|' || r.role || '|%'
      AND (s.role <> r.role OR '|' || c.participants || '|' LIKE '%|' || s.role || '|%' || s.role || '|%')
)
SELECT
    CAST(t.case_id AS VARCHAR) || '-' || CAST(t.event_no AS VARCHAR) AS handover_id,
    t.case_id,
    t.office,
    t.local_date AS on_date,
    t.activity,
    t.transfer_kind,
    CASE
        WHEN t.handover_type IS NOT NULL THEN t.handover_type
        WHEN j.event_no IS NOT NULL THEN 'warm'
    END AS handover_type,
    t.handover_type IS NULL AND j.event_no IS NOT NULL AS derived,
    t.role,
    t.to_role,
    t.to_org,
    t.worker,
    t.from_worker,
    t.to_worker,
    t.change_reason,
    t.link_id,
    a.arrived_on,
    CASE WHEN o.observed_until < t.local_date THEN t.local_date ELSE o.observed_until END AS observed_until
FROM transfers AS t
JOIN cases AS o ON o.case_id = t.case_id
LEFT JOIN joint AS j ON j.case_id = t.case_id AND j.event_no = t.event_no
LEFT JOIN arrived AS a ON a.case_id = t.case_id AND a.event_no = t.event_no
