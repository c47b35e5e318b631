-- Writes contact points, new or changed.
-- $1 to $9: one array a column, in the order of the columns. No rows. Key of contact_point.
INSERT INTO contact.contact_point (
    partition, debtor_id, contact_point_id, agency_id, kind, value, zones, is_opted_out, is_wrong)
SELECT
    partition, debtor_id, contact_point_id, agency_id, kind, value, zones, is_opted_out, is_wrong
FROM unnest(
    $1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::smallint[], $6::text[], $7::text[], $8::boolean[],
    $9::boolean[]) AS v (
    partition, debtor_id, contact_point_id, agency_id, kind, value, zones, is_opted_out, is_wrong)
ON CONFLICT (partition, debtor_id, contact_point_id) DO UPDATE SET
    zones = excluded.zones,
    is_opted_out = excluded.is_opted_out,
    is_wrong = excluded.is_wrong
