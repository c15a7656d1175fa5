-- Every contact in person counts once; contacts by phone, video or chat have no place and are left out.
-- Outside the office and for the person's sake is a hit. A visit to check on someone is the opposite of steering and is
-- none. Where the purpose of a visit is not recorded, nobody knows which of the two it was: the numerator stays empty.
-- A contact on the premises of a measure provider is an office of another kind.
WITH places AS (
    SELECT
        contact_id,
        case_id,
        office,
        on_date,
        visit_purpose,
        CASE
            WHEN location IS NOT NULL THEN location
            WHEN channel IN ('phone', 'video', 'chat') THEN 'remote'
        END AS place
    FROM contacts
)
SELECT
    contact_id AS item_id,
    case_id,
    office,
    on_date,
    CASE
        WHEN place IN ('office', 'provider_site') THEN 0
        WHEN place IN ('client_home', 'social_space', 'partner_site', 'employer', 'public_place')
            THEN CASE WHEN visit_purpose = 'control' THEN 0 WHEN visit_purpose IS NOT NULL THEN 1 END
    END AS numerator,
    1 AS denominator
FROM places
WHERE place IS DISTINCT FROM 'remote'
