-- Counts of batches. $1 partitions, $2 placements, $3 is_check, $4 batches.
SELECT b.placement_id, b.batch, b.accepted, b.rejected, b.skipped
FROM unnest($1::smallint[], $2::uuid[], $4::integer[]) AS w (partition, placement_id, batch)
JOIN intake.batch AS b ON b.partition = w.partition AND b.placement_id = w.placement_id AND b.is_check = $3 AND b.batch = w.batch
