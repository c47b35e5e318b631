-- Counts of batches. $1 partitions, $2 placements, $3 is_check, $4 batches.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
SELECT b.placement_id, b.batch, b.accepted, b.rejected, b.skipped
FROM unnest($1::smallint[], $2::uuid[], $4::integer[]) AS w (partition, placement_id, batch)
CROSS JOIN LATERAL (
    SELECT * FROM intake.batch AS t
    WHERE t.partition = w.partition AND t.placement_id = w.placement_id AND t.is_check = $3 AND t.batch = w.batch
    OFFSET 0) AS b
