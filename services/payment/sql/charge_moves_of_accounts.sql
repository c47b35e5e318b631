-- The postings of some accounts as interest sees them: all but its own. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
SELECT p.account_id, p.number, p.kind, p.effective_on - date '1970-01-01' AS effective_on_days, p.change_minor,
       coalesce(p.interest_minor, 0) AS interest_minor, coalesce(p.fees_minor, 0) AS fees_minor, coalesce(p.costs_minor, 0) AS costs_minor
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.posting p ON p.partition = k.partition AND p.account_id = k.account_id
WHERE p.kind <> 5
ORDER BY p.account_id, p.number
