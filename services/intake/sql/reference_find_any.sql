-- Accounts that have any of many references, whatever client's: of each at most 5, by client. By the beginning of the primary key.
-- $1 agency, $2 smallint[] partition, $3 text[] client_reference, of the same length. `position` counts the arrays from 1.
SELECT w.position::integer, r.account_id
FROM unnest($2::smallint[], $3::text[]) WITH ORDINALITY AS w (partition, client_reference, position)
CROSS JOIN LATERAL (
    SELECT f.account_id, f.client
    FROM intake.reference AS f
    WHERE f.partition = w.partition AND f.agency_id = $1 AND f.client_reference = w.client_reference
    ORDER BY f.client LIMIT 5
) AS r
ORDER BY w.position, r.client
