-- Promises by their ids. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] promise_id, of the same length, without doubles. At most one row a pair.
SELECT p.promise_id, p.account_id, p.debtor_id, p.agency_id, p.state, p.currency, p.amount_minor, p.paid_minor,
       p.due_on - date '1970-01-01' AS due_on_days, p.breaks_at_us, p.made_after, p.made_at_us, p.reason,
       coalesce(p.tolerance_kind, 0::smallint) AS tolerance_kind, coalesce(p.tolerance_value, 0) AS tolerance_value
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, promise_id)
JOIN payment.promise p ON p.partition = k.partition AND p.promise_id = k.promise_id
