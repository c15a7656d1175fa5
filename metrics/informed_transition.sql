-- Every start of a measure and of special support counts once. It is a hit when a contact lay 1 to 60 days before it
-- (decisions.informed_on) and the client chose it or both sides decided on it. How an entry into a measure was decided
-- stands at its start or at the offer before (event_logs/derived/measures.sql has the same key).
-- A decision over the client's head is no hit, whatever was said before. No contact before is a miss only where those
-- days were watched: 60 days of observation before it, or a case that began within observation. Otherwise, and where
-- the mode of decision is not recorded, the numerator stays empty.
WITH transitions AS (
    SELECT
        d.decision_id,
        d.case_id,
        d.office,
        d.on_date,
        d.informed_on,
        COALESCE(d.decision_mode, m.decision_mode) AS decision_mode,
        CASE WHEN DATE_DIFF('day', o.first_day, d.on_date) >= 60 OR c.entry >= o.first_day THEN 1 ELSE 0 END AS watched
    FROM decisions AS d
    JOIN cases AS c ON c.case_id = d.case_id
    CROSS JOIN observation AS o
    LEFT JOIN measures AS m ON m.case_id = d.case_id AND m.measure_id = d.decision_id
    WHERE d.activity IN ('measure_start', 'special_support_start')
)
SELECT
    decision_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN decision_mode NOT IN ('client_choice', 'joint') THEN 0
        WHEN informed_on IS NULL THEN CASE WHEN watched = 1 THEN 0 END
        WHEN decision_mode IS NOT NULL THEN 1
    END AS numerator,
    1 AS denominator
FROM transitions
