-- Writes accounts, new or changed; leaves reservations alone.
-- $1 to $20: one array a column, in the order of the columns. No rows. Key of account.
INSERT INTO contact.account (
    partition, account_id, agency_id, debtor_id, holds, dispute_id, is_dispute_claimed, placed_at_us,
    due_on_days, strategy, priority, classified_at_us, promise_broken_at_us, steps_done, last_step_at_us,
    not_before_us, step, step_due_at_us, is_stopped, dial_at_us)
SELECT
    partition, account_id, agency_id, debtor_id, holds, dispute_id, is_dispute_claimed, placed_at_us,
    due_on_days, strategy, priority, classified_at_us, promise_broken_at_us, steps_done, last_step_at_us,
    not_before_us, step, step_due_at_us, is_stopped, dial_at_us
FROM unnest(
    $1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::integer[], $6::uuid[], $7::boolean[],
    $8::bigint[], $9::integer[], $10::text[], $11::integer[], $12::bigint[], $13::bigint[], $14::text[],
    $15::bigint[], $16::bigint[], $17::text[], $18::bigint[], $19::boolean[], $20::bigint[]) AS v (
    partition, account_id, agency_id, debtor_id, holds, dispute_id, is_dispute_claimed, placed_at_us,
    due_on_days, strategy, priority, classified_at_us, promise_broken_at_us, steps_done, last_step_at_us,
    not_before_us, step, step_due_at_us, is_stopped, dial_at_us)
ON CONFLICT (partition, account_id) DO UPDATE SET
    holds = excluded.holds,
    dispute_id = excluded.dispute_id,
    is_dispute_claimed = excluded.is_dispute_claimed,
    due_on_days = excluded.due_on_days,
    strategy = excluded.strategy,
    priority = excluded.priority,
    classified_at_us = excluded.classified_at_us,
    promise_broken_at_us = excluded.promise_broken_at_us,
    steps_done = excluded.steps_done,
    last_step_at_us = excluded.last_step_at_us,
    not_before_us = excluded.not_before_us,
    step = excluded.step,
    step_due_at_us = excluded.step_due_at_us,
    is_stopped = excluded.is_stopped,
    dial_at_us = excluded.dial_at_us
