-- All batches of one placement in order. $1 partition, $2 placement.
SELECT is_check, batch, accepted, rejected, skipped, amount_minor, currency
FROM intake.batch
WHERE partition = $1 AND placement_id = $2
ORDER BY is_check, batch
