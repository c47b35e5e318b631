-- Accounts of some debtors that money is asked for by a promise, a plan or a debit, each once. Through promise_open, plan_open and debit_scheduled.
-- $1 smallint[] partition, $2 uuid[] debtor_id, of the same length, without doubles.
SELECT p.account_id
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debtor_id)
JOIN payment.promise p ON p.partition = k.partition AND p.debtor_id = k.debtor_id
WHERE p.state <= 1
UNION
SELECT p.account_id
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debtor_id)
JOIN payment.plan p ON p.partition = k.partition AND p.debtor_id = k.debtor_id
WHERE p.state < 4
UNION
SELECT d.account_id
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debtor_id)
JOIN payment.debit d ON d.partition = k.partition AND d.debtor_id = k.debtor_id
WHERE d.state <= 1
