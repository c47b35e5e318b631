-- Writes events, numbered and chained by the holder of the heads' locks.
-- $1 smallint[] partition, $2 bigint[] seq, $3 bigint[] recorded_at_us, $4 bigint[] occurred_at_us, $5 integer[] agency_id, $6 uuid[] debtor_id,
-- $7 uuid[] account_id, $8 text[] type, $9 text[] actor, $10 text[] traceparent, $11 bytea[] payload, $12 bytea[] hash: all of one length
-- No columns; one row an event.
-- Index: none is read; the key of the month is written.
INSERT INTO log.event (partition, seq, recorded_at_us, occurred_at_us, agency_id, debtor_id, account_id, type, actor, traceparent, payload, hash)
SELECT u.partition, u.seq, u.recorded_at_us, u.occurred_at_us, u.agency_id, u.debtor_id, u.account_id, u.type, u.actor, u.traceparent, u.payload, u.hash
FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[],
            $11::bytea[], $12::bytea[])
    AS u(partition, seq, recorded_at_us, occurred_at_us, agency_id, debtor_id, account_id, type, actor, traceparent, payload, hash)
