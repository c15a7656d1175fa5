-- Cases without a mandate so far: does one come within 90 days of the first supportive contact outside the office, and
-- does one come within 90 days of the first contact in the office? A case may stand in both arms, first in the office,
-- then outside; an office contact counts only where no contact outside (or one of unknown purpose) lay on that day or
-- before. A visit to check on someone is no outreach. Only contacts after which the case was watched for 90 days are
-- items.
-- A mandate on the day of the contact counts as its result: the log does not say which of the two came first.
WITH placed AS (
    SELECT
        contact_id,
        case_id,
        office,
        on_date,
        case_contact_number,
        CASE
            WHEN location = 'office' THEN 'office'
            WHEN location IN ('client_home', 'social_space', 'partner_site', 'employer', 'public_place')
                THEN CASE
                    WHEN visit_purpose IN ('support', 'restore_contact') THEN 'outreach'
                    WHEN visit_purpose IS NULL THEN 'unclear'
                END
        END AS place
    FROM contacts
),
firsts AS (
    SELECT
        contact_id, case_id, office, on_date, place,
        ROW_NUMBER() OVER (PARTITION BY case_id, place ORDER BY on_date, case_contact_number) AS nth,
        MIN(CASE WHEN place <> 'office' THEN on_date END) OVER (PARTITION BY case_id) AS first_outside
    FROM placed
    WHERE place IS NOT NULL
),
first_mandates AS (
    SELECT case_id, MIN(from_date) AS first_day
    FROM mandates
    GROUP BY case_id
)
SELECT
    f.contact_id AS item_id,
    f.case_id,
    f.office,
    f.on_date,
    CASE WHEN DATE_DIFF('day', f.on_date, m.first_day) <= 90 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    f.place AS arm
FROM firsts AS f
JOIN cases AS c ON c.case_id = f.case_id
LEFT JOIN first_mandates AS m ON m.case_id = f.case_id
WHERE f.nth = 1
  AND (f.place = 'outreach' OR (f.place = 'office' AND (f.first_outside IS NULL OR f.first_outside > f.on_date)))
  AND (m.first_day IS NULL OR m.first_day >= f.on_date)
  AND DATE_DIFF('day', f.on_date, c.observed_until) >= 90
