-- All escalations of some accounts, oldest first. Through the index escalation_of_account.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. Columns as in escalation_load.
SELECT e.body, e.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.escalation e ON e.partition = k.partition AND e.account_id = k.account_id
ORDER BY e.raised_at_us, e.escalation_id
