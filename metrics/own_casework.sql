-- Which share of the recorded minutes on cases was work of the caseworkers' own without the client: casework, talks with third
-- parties and with employers, unless the entry says that it was mere paperwork. One item is an act with a recorded duration.
-- Durations are often recorded for one kind of act only. Where fewer than half of a case's contacts, or fewer than half of its
-- pieces of own work, have one, the minutes of that case say nothing about the mix: the numerator stays empty.
WITH named AS (
    SELECT
        act_id,
        case_id,
        office,
        on_date,
        duration_min,
        CASE WHEN substantive THEN 1 ELSE 0 END AS talk,
        CASE
            WHEN activity IN ('casework', 'third_party_contact', 'employer_contact')
                AND action_form IS DISTINCT FROM 'administrative' THEN 1
            ELSE 0
        END AS own
    FROM acts
),
counted AS (
    SELECT
        act_id,
        case_id,
        office,
        on_date,
        duration_min,
        own,
        SUM(talk) OVER (PARTITION BY case_id) AS talks,
        SUM(CASE WHEN duration_min IS NOT NULL THEN talk ELSE 0 END) OVER (PARTITION BY case_id) AS talks_timed,
        SUM(own) OVER (PARTITION BY case_id) AS pieces,
        SUM(CASE WHEN duration_min IS NOT NULL THEN own ELSE 0 END) OVER (PARTITION BY case_id) AS pieces_timed
    FROM named
)
SELECT
    act_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN talks_timed * 2 < talks OR pieces_timed * 2 < pieces THEN NULL
        WHEN own = 1 THEN duration_min
        ELSE 0
    END AS numerator,
    duration_min AS denominator
FROM counted
WHERE duration_min > 0
