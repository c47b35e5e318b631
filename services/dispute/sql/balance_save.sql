-- What is owed on accounts now. $1 smallint[] partition, $2 uuid[] account_id, $3 bigint[] balance_minor, of the same length, without doubles. Through the primary key.
INSERT INTO dispute.balance (partition, account_id, balance_minor)
SELECT k.partition, k.account_id, k.balance_minor
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[]) AS k (partition, account_id, balance_minor)
ON CONFLICT (account_id, partition) DO UPDATE SET balance_minor = excluded.balance_minor
