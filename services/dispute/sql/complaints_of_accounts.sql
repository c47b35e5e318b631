-- All complaints of some accounts, oldest first. Through the index complaint_of_account.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. Columns as in complaint_load.
SELECT c.body, c.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.complaint c ON c.partition = k.partition AND c.account_id = k.account_id
ORDER BY c.complaint_id
