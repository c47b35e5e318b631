-- $1 smallint[] partition, $2 uuid[] debtor_id, $3 smallint[] cause, $4 integer[] from_on, $5 integer[] last_on (NULL: it stands), of the same length, without doubles. Through the primary key.
INSERT INTO payment.stopped (partition, debtor_id, cause, from_on, last_on)
SELECT k.partition, k.debtor_id, k.cause, date '1970-01-01' + k.from_on_days, date '1970-01-01' + k.last_on_days
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::integer[], $5::integer[]) AS k (partition, debtor_id, cause, from_on_days, last_on_days)
ON CONFLICT (debtor_id, cause, from_on, partition) DO UPDATE SET last_on = excluded.last_on
