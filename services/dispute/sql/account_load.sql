-- Accounts with what is owed on them and their dispute: the unresolved one, else the latest that was resolved. Through the primary keys and the index dispute_of_account; an account has few disputes.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
-- At most one row a pair; what was never told or never happened is NULL, as are the columns from dispute_id on where it was never disputed.
SELECT a.account_id, a.agency_id, a.debtor_id, a.currency, coalesce(b.balance_minor, a.placed_minor) AS balance_minor,
       a.due_on, a.placed_on, a.client, b.payments, b.last_paid_on, b.broken_promises, b.failed_contacts, b.reached_on, b.class, b.check_on, b.is_ceased, b.is_recalled,
       d.dispute_id, d.account_id AS dispute_account_id, d.debtor_id AS dispute_debtor_id, d.agency_id AS dispute_agency_id, d.state, d.outcome,
       d.source, d.reason, d.is_written, d.opened_at_us, d.deadline_at_us, d.is_escalated, d.note, d.version, d.repeats, d.kind, d.detail
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.account a ON a.partition = k.partition AND a.account_id = k.account_id
LEFT JOIN dispute.balance b ON b.partition = a.partition AND b.account_id = a.account_id
LEFT JOIN LATERAL (
    SELECT l.dispute_id, l.account_id, l.debtor_id, l.agency_id, l.state, l.outcome, l.source, l.reason, l.is_written, l.opened_at_us,
           l.deadline_at_us, l.is_escalated, l.note, l.version, l.repeats, l.kind, l.detail
    FROM dispute.dispute l
    WHERE l.partition = a.partition AND l.account_id = a.account_id
    ORDER BY (l.state <> 3) DESC, l.opened_at_us DESC, l.dispute_id DESC
    LIMIT 1) d ON true
