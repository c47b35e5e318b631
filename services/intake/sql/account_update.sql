-- Writes what updates and recalls may change. $1 partitions, $2 ids, $3 balances, $4 due, $5 recalled.
UPDATE intake.account AS a
SET balance_minor = w.balance_minor, due_on_days = w.due_on_days, is_recalled = w.is_recalled
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::integer[], $5::boolean[]) AS w (partition, account_id, balance_minor, due_on_days, is_recalled)
WHERE a.partition = w.partition AND a.account_id = w.account_id
