-- Gives references back that were claimed in this transaction and then not used. $1 partitions, $2 agencies, $3 references, $4 clients.
DELETE FROM intake.reference AS r
USING unnest($1::smallint[], $2::integer[], $3::text[], $4::text[]) AS w (partition, agency_id, client_reference, client)
WHERE r.partition = w.partition AND r.agency_id = w.agency_id AND r.client_reference = w.client_reference AND r.client = w.client
