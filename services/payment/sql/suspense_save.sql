-- New and changed money in suspense. $1 to $15: arrays of the same length, one a column, without doubles. What may change are state, assigned_id and reason.
INSERT INTO payment.suspense (partition, item_id, agency_id, state, source, currency, amount_minor, client, account_id, payer, reference, received_on, reason, held_at_us, assigned_id)
SELECT k.partition, k.item_id, k.agency_id, k.state, k.source, k.currency, k.amount_minor, k.client, k.account_id, k.payer, k.reference,
       date '1970-01-01' + k.received_on_days, k.reason, k.held_at_us, k.assigned_id
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::smallint[], $5::smallint[], $6::text[], $7::bigint[], $8::text[], $9::uuid[], $10::text[], $11::text[],
            $12::integer[], $13::text[], $14::bigint[], $15::uuid[])
     AS k (partition, item_id, agency_id, state, source, currency, amount_minor, client, account_id, payer, reference, received_on_days, reason, held_at_us, assigned_id)
ON CONFLICT (item_id, partition) DO UPDATE
SET state = excluded.state, assigned_id = excluded.assigned_id, reason = excluded.reason
