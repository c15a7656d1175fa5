-- Does a signal of need bring a contact sooner than any other day would have? Two items a signal, one an arm, on the same day:
-- after_signal is 1 when a contact follows 1 to 7 days after it; any_day is the share of the case's other days for which the same
-- holds, so that nothing is drawn by lot: it is what the signal would get on average on a day without a contact.
-- Only days with 7 observed days after them count. A contact on the day of the signal itself may be where the need was voiced or
-- already the answer: such a signal is not judged, in neither arm, and days with a contact are not compared with.
-- In a stretch without contact (contact_gaps) day 0 is from_date; first_free and last_free are the first and last of its days
-- that count, and those at most 7 days before the contact that ends it have one.
WITH stretches AS (
    SELECT
        g.case_id,
        g.days,
        g.ended_by_contact,
        CASE WHEN g.after_contact THEN 1 ELSE 0 END AS first_free,
        CASE
            WHEN g.ended_by_contact AND DATE_DIFF('day', g.to_date, c.risk_to) >= 6 THEN g.days - 1
            ELSE g.days + DATE_DIFF('day', g.to_date, c.risk_to) - 7
        END AS last_free
    FROM contact_gaps AS g
    JOIN cases AS c ON c.case_id = g.case_id
),
counted AS (
    SELECT
        case_id,
        last_free - first_free + 1 AS free_days,
        CASE
            WHEN NOT ended_by_contact THEN 0
            WHEN first_free >= days - 7 THEN last_free - first_free + 1
            WHEN last_free >= days - 7 THEN last_free - (days - 7) + 1
            ELSE 0
        END AS days_before_contact
    FROM stretches
    WHERE last_free >= first_free
),
usual AS (
    SELECT
        case_id,
        CAST(SUM(days_before_contact) AS DOUBLE) / NULLIF(SUM(free_days), 0) AS share
    FROM counted
    GROUP BY case_id
),
signals AS (
    SELECT
        t.trigger_id,
        t.case_id,
        t.office,
        t.on_date,
        CASE
            WHEN t.next_contact_on = t.on_date THEN NULL
            WHEN DATE_DIFF('day', t.on_date, t.next_contact_on) <= 7 THEN 1
            ELSE 0
        END AS answered
    FROM triggers AS t
    JOIN cases AS c ON c.case_id = t.case_id
    WHERE t.on_date >= c.risk_from AND DATE_DIFF('day', t.on_date, c.risk_to) >= 7
)
SELECT
    trigger_id || '-after_signal' AS item_id,
    case_id,
    office,
    on_date,
    CAST(answered AS DOUBLE) AS numerator,
    1 AS denominator,
    'after_signal' AS arm
FROM signals
UNION ALL
SELECT
    s.trigger_id || '-any_day' AS item_id,
    s.case_id,
    s.office,
    s.on_date,
    CASE WHEN s.answered IS NOT NULL THEN u.share END AS numerator,
    1 AS denominator,
    'any_day' AS arm
FROM signals AS s
LEFT JOIN usual AS u ON u.case_id = s.case_id
