-- All accounts of persons, each with its person.
-- $1 partitions, $2 debtor ids (unnested together, without doubles). Any number of rows. Key of debtor, index account_debtor.
-- Columns as in account_select.sql.
SELECT a.account_id, a.agency_id, a.debtor_id, a.holds, a.dispute_id, a.is_dispute_claimed, a.placed_at_us, a.due_on_days,
       a.strategy, a.priority, a.classified_at_us, a.promise_broken_at_us, a.steps_done, a.last_step_at_us, a.not_before_us,
       a.step, a.step_due_at_us, a.is_stopped, a.dial_at_us, a.unposted_seq, a.restated_seq, a.step_channel, a.waits, a.debt_kind,
       a.notice_at_us, a.notice_due_at_us, a.left_strategy, a.exit_at_us, a.exits_made, a.held_minor, a.held_currency, a.owed_minor,
       d.holds, d.point_ids, d.point_kinds, d.point_values, d.point_zones, d.point_marks
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
JOIN contact.debtor AS d ON d.partition = k.partition AND d.debtor_id = k.id
JOIN contact.account AS a ON a.partition = d.partition AND a.debtor_id = d.debtor_id
