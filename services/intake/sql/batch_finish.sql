-- Writes the counts of claimed batches. $1 partitions, $2 placements, $3 is_check, $4 batches, $5 accepted, $6 rejected, $7 skipped, $8 amounts, $9 currencies.
UPDATE intake.batch AS b
SET accepted = w.accepted, rejected = w.rejected, skipped = w.skipped, amount_minor = w.amount_minor, currency = w.currency
FROM unnest($1::smallint[], $2::uuid[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::bigint[], $9::text[])
     AS w (partition, placement_id, batch, accepted, rejected, skipped, amount_minor, currency)
WHERE b.partition = w.partition AND b.placement_id = w.placement_id AND b.is_check = $3 AND b.batch = w.batch
