-- New contact points; one that is there already stays: its id follows from its value. $1 to $6: arrays of the same length.
INSERT INTO correspondence.contact_point (partition, contact_point_id, debtor_id, agency_id, kind, value)
SELECT k.partition, k.contact_point_id, k.debtor_id, k.agency_id, k.kind, k.value
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::smallint[], $6::text[]) AS k (partition, contact_point_id, debtor_id, agency_id, kind, value)
ON CONFLICT (contact_point_id, partition) DO NOTHING
