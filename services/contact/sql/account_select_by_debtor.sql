-- All accounts of persons, each with what holds the person.
-- $1 partitions, $2 debtor ids (unnested together). Any number of rows. Index account_debtor, key of debtor.
-- Columns as in account_select.sql.
SELECT a.account_id, a.agency_id, a.debtor_id, a.holds, a.dispute_id, a.is_dispute_claimed, a.placed_at_us, a.due_on_days,
       a.strategy, a.priority, a.classified_at_us, a.promise_broken_at_us, a.steps_done, a.last_step_at_us, a.not_before_us,
       a.step, a.step_due_at_us, a.is_stopped, d.holds
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
JOIN contact.account AS a ON a.partition = k.partition AND a.debtor_id = k.id
LEFT JOIN contact.debtor AS d ON d.partition = a.partition AND d.debtor_id = a.debtor_id
