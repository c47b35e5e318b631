-- New and changed money in suspense. $1 to $14: arrays of the same length, one a column, without doubles. What may change are state, account and reason.
INSERT INTO payment.suspense (partition, item_id, agency_id, state, source, currency, amount_minor, client, account_id, payer, reference, received_on, reason, held_at_us)
SELECT k.partition, k.item_id, k.agency_id, k.state, k.source, k.currency, k.amount_minor, k.client, k.account_id, k.payer, k.reference,
       date '1970-01-01' + k.received_on_days, k.reason, k.held_at_us
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::smallint[], $5::smallint[], $6::text[], $7::bigint[], $8::text[], $9::uuid[], $10::text[], $11::text[],
            $12::integer[], $13::text[], $14::bigint[])
     AS k (partition, item_id, agency_id, state, source, currency, amount_minor, client, account_id, payer, reference, received_on_days, reason, held_at_us)
ON CONFLICT (item_id, partition) DO UPDATE
SET state = excluded.state, account_id = excluded.account_id, reason = excluded.reason
