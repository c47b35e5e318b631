-- When debts became due: their age at placement before the day of the opening posting. Through the primary keys.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. At most one row a pair.
SELECT a.account_id, p.effective_on - date '1970-01-01' - a.age_days AS due_on_days
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.account a ON a.partition = k.partition AND a.account_id = k.account_id
JOIN payment.posting p ON p.partition = a.partition AND p.account_id = a.account_id AND p.number = 1
