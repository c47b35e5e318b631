-- The newest $3 postings of each of some accounts, oldest first. Through the primary key, backwards.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles; $3 integer. Columns as in posting_load.
SELECT n.posting_id, n.account_id, n.number, n.kind, n.currency, n.change_minor, n.balance_minor,
       n.effective_on - date '1970-01-01' AS effective_on_days, n.reference, n.reverses,
       coalesce(n.interest_minor, 0) AS interest_minor, coalesce(n.fees_minor, 0) AS fees_minor, coalesce(n.costs_minor, 0) AS costs_minor, coalesce(n.paid_to, 0::smallint) AS paid_to, n.fee_minor
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
CROSS JOIN LATERAL (
    SELECT p.posting_id, p.account_id, p.number, p.kind, p.currency, p.change_minor, p.balance_minor, p.effective_on, p.reference, p.reverses,
           p.interest_minor, p.fees_minor, p.costs_minor, p.paid_to, p.fee_minor
    FROM payment.posting p
    WHERE p.partition = k.partition AND p.account_id = k.account_id
    ORDER BY p.number DESC LIMIT $3
) AS n
ORDER BY n.account_id, n.number
