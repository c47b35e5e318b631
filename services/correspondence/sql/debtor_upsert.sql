-- Debtors as the latest placement names them. $1 to $5: arrays of the same length, without doubles. Through the primary key.
INSERT INTO correspondence.debtor AS d (partition, debtor_id, agency_id, name, is_natural_person)
SELECT k.partition, k.debtor_id, k.agency_id, k.name, k.is_natural_person
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::text[], $5::boolean[]) AS k (partition, debtor_id, agency_id, name, is_natural_person)
ON CONFLICT (debtor_id, partition) DO UPDATE SET name = excluded.name, is_natural_person = excluded.is_natural_person
WHERE d.name <> excluded.name OR d.is_natural_person <> excluded.is_natural_person
