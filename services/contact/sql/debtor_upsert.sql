-- Writes what holds persons.
-- $1 to $4: one array a column, in the order of the columns. No rows. Key of debtor.
INSERT INTO contact.debtor (
    partition, debtor_id, agency_id, holds)
SELECT
    partition, debtor_id, agency_id, holds
FROM unnest(
    $1::smallint[], $2::uuid[], $3::integer[], $4::integer[]) AS v (
    partition, debtor_id, agency_id, holds)
ON CONFLICT (partition, debtor_id) DO UPDATE SET
    holds = excluded.holds
