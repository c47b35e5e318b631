-- What was decided of payments. $1 smallint[] partition, $2 uuid[] credit_id, of the same length. One row a place; `place` counts from 1. Through the primary key.
SELECT k.place::integer, c.account_id, c.amount_minor
FROM unnest($1::smallint[], $2::uuid[]) WITH ORDINALITY AS k (partition, credit_id, place)
JOIN payment.statement_credit c ON c.partition = k.partition AND c.credit_id = k.credit_id
