-- Parked events with the reasons, oldest first in each consumer.
-- $1 integer  at most so many rows
-- Columns: consumer text, partition smallint, seq bigint, debtor_id uuid, type text, error text, attempts integer, parked_at_us bigint,
-- is_released boolean. Index: parked_pkey.
SELECT consumer, partition, seq, debtor_id, type, error, attempts, parked_at_us, is_released
FROM log.parked
ORDER BY consumer, partition, seq
LIMIT $1::integer
