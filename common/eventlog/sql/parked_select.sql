-- A consumer's parked events of some partitions.
-- $1 text        consumer
-- $2 smallint[]  partitions
-- Columns: partition smallint, seq bigint, debtor_id uuid (NULL: none), is_released boolean, attempts integer. Ascending (partition, seq).
-- Index: parked_pkey.
SELECT k.partition, k.seq, k.debtor_id, k.is_released, k.attempts
FROM log.parked AS k
WHERE k.consumer = $1::text AND k.partition = ANY ($2::smallint[])
ORDER BY k.partition, k.seq
