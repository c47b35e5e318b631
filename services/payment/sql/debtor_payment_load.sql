-- Payments for several debts by their ids, each with its debts in their order. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] payment_id, of the same length, without doubles. At most 1,000 rows a pair.
SELECT p.payment_id, p.account_id, p.agency_id, p.left_out, p.currency, p.amount_minor, p.held_minor
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, payment_id)
JOIN payment.debtor_payment p ON p.partition = k.partition AND p.payment_id = k.payment_id
ORDER BY p.payment_id, p.place
