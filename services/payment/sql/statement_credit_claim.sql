-- Keeps what was decided of payments of which nothing was decided before. $1 to $7: arrays of the same length, one a column; a NULL end_to_end_id is none. Through the primary key.
INSERT INTO payment.statement_credit (partition, credit_id, agency_id, statement_id, account_id, amount_minor, end_to_end_id)
SELECT k.partition, k.credit_id, k.agency_id, k.statement_id, k.account_id, k.amount_minor, k.end_to_end_id
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[])
     AS k (partition, credit_id, agency_id, statement_id, account_id, amount_minor, end_to_end_id)
ORDER BY k.credit_id
ON CONFLICT (credit_id, partition) DO NOTHING
RETURNING credit_id
