-- Instruments by their ids. Through the primary key. $1 smallint[] partition, $2 uuid[] instrument_id, of the same length, without doubles. At most one row a pair.
SELECT i.instrument_id, i.account_id, i.debtor_id, i.agency_id, i.state, i.kind, i.routing, i.token, i.last4, i.holder, i.authorization_class, i.authorization_hash,
       i.authorized_on - date '1970-01-01' AS authorized_on_days, i.registered_at_us, i.reason, i.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, instrument_id)
JOIN payment.instrument i ON i.partition = k.partition AND i.instrument_id = k.instrument_id
