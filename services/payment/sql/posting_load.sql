-- Postings by their ids, all but those that opened an account. Through the index posting_by_id. OFFSET 0: the keys come first in every plan (common/db/README.md); `kind` alone would have every payment looked at for each key.
-- $1 smallint[] partition, $2 uuid[] posting_id, of the same length, without doubles. At most one row a pair.
SELECT f.posting_id, f.account_id, f.number, f.kind, f.currency, f.change_minor, f.balance_minor,
       f.effective_on - date '1970-01-01' AS effective_on_days, f.reference, f.reverses,
       coalesce(f.interest_minor, 0) AS interest_minor, coalesce(f.fees_minor, 0) AS fees_minor, coalesce(f.costs_minor, 0) AS costs_minor, coalesce(f.paid_to, 0::smallint) AS paid_to, f.fee_minor
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, posting_id)
CROSS JOIN LATERAL (
    SELECT p.posting_id, p.account_id, p.number, p.kind, p.currency, p.change_minor, p.balance_minor, p.effective_on, p.reference, p.reverses,
           p.interest_minor, p.fees_minor, p.costs_minor, p.paid_to, p.fee_minor
    FROM payment.posting p
    WHERE p.partition = k.partition AND p.posting_id = k.posting_id AND p.kind <> 1
    OFFSET 0) AS f
