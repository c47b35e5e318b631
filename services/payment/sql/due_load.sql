-- When debts became due: their age at placement before the day of the opening posting. Through the primary keys. OFFSET 0: the keys come first in every plan (common/db/README.md).
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. At most one row a pair.
SELECT a.account_id, o.effective_on - date '1970-01-01' - a.age_days AS due_on_days
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.account a ON a.partition = k.partition AND a.account_id = k.account_id
CROSS JOIN LATERAL (SELECT p.effective_on FROM payment.posting p WHERE p.partition = k.partition AND p.account_id = k.account_id AND p.number = 1 OFFSET 0) AS o
