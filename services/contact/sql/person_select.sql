-- The persons of accounts, each with all accounts.
-- $1 partitions, $2 account ids (unnested together). Any number of rows. Keys of account and debtor, index account_debtor.
-- Columns as in account_select.sql. OFFSET 0: the keys come first in every plan (common/db/README.md).
WITH person AS MATERIALIZED (
    SELECT DISTINCT o.partition, o.debtor_id
    FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
    CROSS JOIN LATERAL (SELECT a.partition, a.debtor_id FROM contact.account AS a WHERE a.partition = k.partition AND a.account_id = k.id OFFSET 0) AS o
)
SELECT a.account_id, a.agency_id, a.debtor_id, a.holds, a.dispute_id, a.is_dispute_claimed, a.placed_at_us, a.due_on_days,
       a.strategy, a.priority, a.classified_at_us, a.promise_broken_at_us, a.steps_done, a.last_step_at_us, a.not_before_us,
       a.step, a.step_due_at_us, a.is_stopped, a.dial_at_us, a.unposted_seq, a.restated_seq, a.step_channel, a.waits, a.debt_kind,
       a.notice_at_us, a.notice_due_at_us, a.left_strategy, a.exit_at_us, a.exits_made, a.held_minor, a.held_currency, a.owed_minor,
       d.holds, d.point_ids, d.point_kinds, d.point_values, d.point_zones, d.point_marks
FROM person AS p
CROSS JOIN LATERAL (SELECT * FROM contact.debtor AS e WHERE e.partition = p.partition AND e.debtor_id = p.debtor_id OFFSET 0) AS d
CROSS JOIN LATERAL (SELECT * FROM contact.account AS b WHERE b.partition = p.partition AND b.debtor_id = p.debtor_id OFFSET 0) AS a
