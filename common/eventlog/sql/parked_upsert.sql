-- Parks an event, or parks it again with a newer reason.
-- $1 text consumer, $2 smallint partition, $3 bigint seq, $4 uuid debtor_id (NULL: none), $5 text type, $6 text error, $7 integer attempts, $8 bigint parked_at_us
-- No columns; one row.
-- Index: parked_pkey.
INSERT INTO log.parked AS k (consumer, partition, seq, debtor_id, type, error, attempts, parked_at_us, is_released)
VALUES ($1::text, $2::smallint, $3::bigint, $4::uuid, $5::text, $6::text, $7::integer, $8::bigint, false)
ON CONFLICT (consumer, partition, seq) DO UPDATE
SET error = EXCLUDED.error, attempts = EXCLUDED.attempts, parked_at_us = EXCLUDED.parked_at_us, is_released = false
