-- The ids of all plans of some accounts, oldest first within an account. Through the index plan_of_account.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
SELECT p.account_id, p.plan_id
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.plan p ON p.partition = k.partition AND p.account_id = k.account_id
ORDER BY p.account_id, p.agreed_at_us, p.plan_id
