-- Writes new facts.
-- $1 to $9: one array a column, in the order of the columns. No rows. Key of fact: one that is there stays.
INSERT INTO contact.fact (
    partition, debtor_id, fact_id, agency_id, at_us, recorded_at_us, recorded_by, body, number)
SELECT
    partition, debtor_id, fact_id, agency_id, at_us, recorded_at_us, recorded_by, body, number
FROM unnest(
    $1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::integer[]) AS v (
    partition, debtor_id, fact_id, agency_id, at_us, recorded_at_us, recorded_by, body, number)
ON CONFLICT (partition, debtor_id, fact_id) DO NOTHING
