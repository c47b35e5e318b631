-- Forgets a parked event, which has been applied.
-- $1 text      consumer
-- $2 smallint  partition
-- $3 bigint    seq
-- No columns; one row or none.
-- Index: parked_pkey.
DELETE FROM log.parked AS k
WHERE k.consumer = $1::text AND k.partition = $2::smallint AND k.seq = $3::bigint
