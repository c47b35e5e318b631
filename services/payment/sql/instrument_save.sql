-- New and changed instruments. $1 to $17: arrays of the same length, one a column, without doubles. What may change are state and reason.
-- `version` is the number after the change. A row that has another version by now is left alone: fewer rows affected than given mean that somebody else wrote it.
INSERT INTO payment.instrument AS i (partition, instrument_id, account_id, debtor_id, agency_id, state, kind, routing, token, last4, holder, authorization_class,
                                     authorization_hash, authorized_on, registered_at_us, reason, version)
SELECT k.partition, k.instrument_id, k.account_id, k.debtor_id, k.agency_id, k.state, k.kind, k.routing, k.token, k.last4, k.holder, k.authorization_class,
       k.authorization_hash, date '1970-01-01' + k.authorized_on_days, k.registered_at_us, k.reason, k.version
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::smallint[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[],
            $12::smallint[], $13::bytea[], $14::integer[], $15::bigint[], $16::text[], $17::integer[])
     AS k (partition, instrument_id, account_id, debtor_id, agency_id, state, kind, routing, token, last4, holder, authorization_class, authorization_hash,
           authorized_on_days, registered_at_us, reason, version)
ON CONFLICT (instrument_id, partition) DO UPDATE
SET state = excluded.state, reason = excluded.reason, version = excluded.version
WHERE i.version = excluded.version - 1
