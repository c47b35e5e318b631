-- Payments that came back. $1 agency, $2 smallint partition, $3 text[] end_to_end_id, $4 bigint[] amount, of the same length; none is empty. One row a place of which there is one payment and no more.
-- Through the index statement_credit_by_end_to_end.
SELECT k.place::integer, f.credit_id, f.account_id, f.amount_minor
FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS k (end_to_end_id, amount_minor, place)
CROSS JOIN LATERAL (
    SELECT (array_agg(c.credit_id))[1] AS credit_id, (array_agg(c.account_id))[1] AS account_id, min(c.amount_minor) AS amount_minor, count(*) AS n
    FROM payment.statement_credit c
    WHERE c.agency_id = $1 AND c.partition = $2 AND c.end_to_end_id = k.end_to_end_id AND c.amount_minor = k.amount_minor
) AS f
WHERE f.n = 1
