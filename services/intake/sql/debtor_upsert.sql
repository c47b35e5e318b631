-- Makes debtors, or completes them, and locks their rows, in ascending order. An empty name keeps the old one. $1 partitions, $2 ids, $3 agencies, $4 identity keys, $5 names,
-- $6 natural persons.
INSERT INTO intake.debtor AS d (partition, debtor_id, agency_id, identity_key, name, is_natural_person)
SELECT w.partition, w.debtor_id, w.agency_id, w.identity_key, w.name, w.is_natural_person
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::bytea[], $5::text[], $6::boolean[])
     AS w (partition, debtor_id, agency_id, identity_key, name, is_natural_person)
ORDER BY w.partition, w.debtor_id
ON CONFLICT (partition, debtor_id) DO UPDATE
SET name = CASE WHEN excluded.name = '' THEN d.name ELSE excluded.name END, is_natural_person = excluded.is_natural_person
RETURNING debtor_id, name
