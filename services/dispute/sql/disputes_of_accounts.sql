-- All disputes of some accounts, oldest first within an account. Through the index dispute_of_account.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. Columns as in dispute_load.
SELECT d.dispute_id, d.account_id, d.debtor_id, d.agency_id, d.state, d.outcome, d.source, d.reason, d.is_written, d.opened_at_us,
       d.deadline_at_us, d.is_escalated, d.note, d.version, d.repeats, d.kind, d.detail
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.dispute d ON d.partition = k.partition AND d.account_id = k.account_id
ORDER BY d.account_id, d.opened_at_us, d.state DESC, d.dispute_id
