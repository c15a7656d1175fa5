-- How unequally the time of conversations lies with the cases: the minutes of all contacts of a case, one item a case with at
-- least one. Here several contacts on one day all count. Where at least half of a case's contacts have a duration, the others
-- are taken to have lasted as long as these on average; where fewer have, the amount stays empty.
-- Durations may be fractions, and sums of fractions change with the order of rows: they are cut to whole minutes first, digit
-- by digit to the base of four (256, 64, 16, 4, 1). What lasts longer than 1023 minutes counts as 1023.
WITH talks AS (
    SELECT
        act_id, case_id, on_date, duration_min,
        CASE WHEN duration_min >= 768 THEN 768 WHEN duration_min >= 512 THEN 512 WHEN duration_min >= 256 THEN 256 ELSE 0 END
            AS m
    FROM acts
    WHERE substantive
),
by_64 AS (
    SELECT
        act_id, case_id, on_date, duration_min,
        m + CASE
            WHEN duration_min - m >= 192 THEN 192
            WHEN duration_min - m >= 128 THEN 128
            WHEN duration_min - m >= 64 THEN 64
            ELSE 0
        END AS m
    FROM talks
),
by_16 AS (
    SELECT
        act_id, case_id, on_date, duration_min,
        m + CASE
            WHEN duration_min - m >= 48 THEN 48
            WHEN duration_min - m >= 32 THEN 32
            WHEN duration_min - m >= 16 THEN 16
            ELSE 0
        END AS m
    FROM by_64
),
by_4 AS (
    SELECT
        act_id, case_id, on_date, duration_min,
        m + CASE
            WHEN duration_min - m >= 12 THEN 12
            WHEN duration_min - m >= 8 THEN 8
            WHEN duration_min - m >= 4 THEN 4
            ELSE 0
        END AS m
    FROM by_16
),
by_1 AS (
    SELECT
        act_id, case_id, on_date, duration_min,
        m + CASE
            WHEN duration_min - m >= 3 THEN 3
            WHEN duration_min - m >= 2 THEN 2
            WHEN duration_min - m >= 1 THEN 1
            ELSE 0
        END AS m
    FROM by_4
),
talked AS (
    SELECT
        case_id,
        MAX(on_date) AS last_day,
        COUNT(*) AS held,
        COUNT(duration_min) AS timed,
        SUM(m) FILTER (WHERE duration_min IS NOT NULL) AS minutes
    FROM by_1
    GROUP BY case_id
)
SELECT
    CAST(c.case_id AS VARCHAR) AS item_id,
    c.case_id,
    c.office,
    t.last_day AS on_date,
    CASE WHEN t.timed * 2 >= t.held THEN CAST(t.minutes * t.held AS DOUBLE) / NULLIF(t.timed, 0) END AS numerator,
    1 AS denominator
FROM cases AS c
JOIN talked AS t ON t.case_id = c.case_id
