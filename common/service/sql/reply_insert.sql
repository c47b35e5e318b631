-- Stores replies. A key that another instance stored in the meantime violates the primary key and so undoes this unit.
-- $1 smallint[] partitions, $2 text service, $3 text[] keys, $4 text method, $5 bytea[] hashes of the requests, $6 bytea[] replies, $7 bigint recorded at (µs).
INSERT INTO platform.request (partition, service, idempotency_key, method, request_hash, reply, recorded_at_us)
SELECT new.partition, $2, new.idempotency_key, $4, new.request_hash, new.reply, $7
FROM unnest($1::smallint[], $3::text[], $5::bytea[], $6::bytea[]) AS new (partition, idempotency_key, request_hash, reply)
