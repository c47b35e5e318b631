-- Who has these references. $1 partitions, $2 agencies, $3 references, $4 clients. `position` counts the arrays from 1; no row for an unknown one.
SELECT w.position::integer, r.account_id
FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::text[]) WITH ORDINALITY AS w (partition, agency_id, client_reference, client, position)
JOIN intake.reference AS r USING (partition, agency_id, client_reference, client)
