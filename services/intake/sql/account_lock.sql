-- Loads accounts and locks them in ascending order. $1 partitions, $2 ids.
SELECT a.account_id, a.debtor_id, a.agency_id, a.client, a.client_reference, a.balance_minor, a.currency, a.due_on_days, a.opened_on_days, a.is_disputed, a.is_recalled, a.placement_id, a.line, a.record_hash, a.placed_at_us, a.debt_kind
FROM unnest($1::smallint[], $2::uuid[]) AS w (partition, account_id)
JOIN intake.account AS a USING (partition, account_id)
ORDER BY a.partition, a.account_id
FOR UPDATE OF a
