-- Parked steps of accounts of which something new is known. $1 smallint[] partition, $2 uuid[] account_id. Through the primary key.
DELETE FROM correspondence.parked AS p
USING unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
WHERE p.partition = k.partition AND p.account_id = k.account_id
