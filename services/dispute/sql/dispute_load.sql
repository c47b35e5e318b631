-- Disputes by their ids. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] dispute_id, of the same length, without doubles. At most one row a pair.
SELECT d.dispute_id, d.account_id, d.debtor_id, d.agency_id, d.state, d.outcome, d.source, d.reason, d.is_written, d.opened_at_us,
       d.deadline_at_us, d.is_escalated, d.note, d.version, d.repeats, d.kind, d.detail
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, dispute_id)
JOIN dispute.dispute d ON d.partition = k.partition AND d.dispute_id = k.dispute_id
