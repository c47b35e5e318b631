-- Registers payments in ascending order: gives those that are new. $1 partitions, $2 ids, $3 accounts, $4 agencies, $5 amounts, $6 currencies, $7 paid on, $8 references,
-- $9 placements, $10 lines.
INSERT INTO intake.payment (partition, payment_id, account_id, agency_id, amount_minor, currency, paid_on_days, reference, placement_id, line)
SELECT w.partition, w.payment_id, w.account_id, w.agency_id, w.amount_minor, w.currency, w.paid_on_days, w.reference, w.placement_id, w.line
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::text[], $7::integer[], $8::text[], $9::uuid[], $10::bigint[])
     AS w (partition, payment_id, account_id, agency_id, amount_minor, currency, paid_on_days, reference, placement_id, line)
ORDER BY w.partition, w.payment_id
ON CONFLICT DO NOTHING
RETURNING payment_id
