-- Accounts with their unresolved dispute. Through the primary key and the index dispute_unresolved.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
-- At most one row a pair; the columns from dispute_id on are NULL where no dispute is unresolved.
SELECT a.account_id, a.agency_id, a.debtor_id,
       d.dispute_id, d.account_id AS dispute_account_id, d.debtor_id AS dispute_debtor_id, d.agency_id AS dispute_agency_id, d.state, d.outcome,
       d.source, d.reason, d.is_written, d.opened_at_us, d.deadline_at_us, d.is_escalated, d.note, d.version, d.repeats
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.account a ON a.partition = k.partition AND a.account_id = k.account_id
LEFT JOIN dispute.dispute d ON d.partition = a.partition AND d.account_id = a.account_id AND d.state <> 3
