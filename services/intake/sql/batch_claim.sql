-- Claims batches in ascending order: gives those that are ours now; the others are done, or were being done when we waited for them. $1 partitions, $2 placements, $3 is_check,
-- $4 batches, $5 agencies.
INSERT INTO intake.batch (partition, placement_id, is_check, batch, agency_id, accepted, rejected, skipped, amount_minor)
SELECT w.partition, w.placement_id, $3::boolean, w.batch, w.agency_id, 0, 0, 0, 0
FROM unnest($1::smallint[], $2::uuid[], $4::integer[], $5::integer[]) AS w (partition, placement_id, batch, agency_id)
ORDER BY w.partition, w.placement_id, w.batch
ON CONFLICT DO NOTHING
RETURNING placement_id, batch
