-- Registers references in ascending order: gives those that were free; a concurrent claim of the same one is waited for. $1 partitions, $2 agencies, $3 references, $4 clients,
-- $5 accounts, $6 placements, $7 lines.
INSERT INTO intake.reference (partition, agency_id, client_reference, client, account_id, placement_id, line)
SELECT w.partition, w.agency_id, w.client_reference, w.client, w.account_id, w.placement_id, w.line
FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::bigint[])
     AS w (partition, agency_id, client_reference, client, account_id, placement_id, line)
ORDER BY w.partition, w.agency_id, w.client_reference, w.client
ON CONFLICT DO NOTHING
RETURNING account_id
