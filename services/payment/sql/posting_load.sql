-- Postings by their ids, all but those that opened an account. Through the index posting_by_id.
-- $1 smallint[] partition, $2 uuid[] posting_id, of the same length, without doubles. At most one row a pair.
SELECT p.posting_id, p.account_id, p.number, p.kind, p.currency, p.change_minor, p.balance_minor,
       p.effective_on - date '1970-01-01' AS effective_on_days, p.reference, p.reverses,
       coalesce(p.interest_minor, 0) AS interest_minor, coalesce(p.fees_minor, 0) AS fees_minor, coalesce(p.costs_minor, 0) AS costs_minor, coalesce(p.paid_to, 0::smallint) AS paid_to, p.fee_minor
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, posting_id)
JOIN payment.posting p ON p.partition = k.partition AND p.posting_id = k.posting_id AND p.kind <> 1
