-- Another day on which accounts were due. $1 smallint[] partition, $2 uuid[] account_id, $3 integer[] due_on, of the same length, without doubles. Through the primary key.
UPDATE dispute.account a
SET due_on = k.due_on
FROM unnest($1::smallint[], $2::uuid[], $3::integer[]) AS k (partition, account_id, due_on)
WHERE a.partition = k.partition AND a.account_id = k.account_id
