-- Writes accounts that have changed; leaves reservations alone.
-- $1 to $29: one array a column, in the order below. No rows. Key of account; HOT where neither step_channel nor priority nor dial_at_us changes.
UPDATE contact.account AS a SET
    holds = v.holds,
    dispute_id = v.dispute_id,
    is_dispute_claimed = v.is_dispute_claimed,
    due_on_days = v.due_on_days,
    strategy = v.strategy,
    priority = v.priority,
    classified_at_us = v.classified_at_us,
    promise_broken_at_us = v.promise_broken_at_us,
    steps_done = v.steps_done,
    last_step_at_us = v.last_step_at_us,
    not_before_us = v.not_before_us,
    step = v.step,
    step_due_at_us = v.step_due_at_us,
    is_stopped = v.is_stopped,
    dial_at_us = v.dial_at_us,
    unposted_seq = v.unposted_seq,
    restated_seq = v.restated_seq,
    step_channel = v.step_channel,
    waits = v.waits,
    notice_at_us = v.notice_at_us,
    notice_due_at_us = v.notice_due_at_us,
    left_strategy = v.left_strategy,
    exit_at_us = v.exit_at_us,
    exits_made = v.exits_made,
    held_minor = v.held_minor,
    held_currency = v.held_currency,
    owed_minor = v.owed_minor
FROM unnest(
    $1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::boolean[], $6::integer[], $7::text[], $8::integer[],
    $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::bigint[], $16::boolean[],
    $17::bigint[], $18::bigint[], $19::bigint[], $20::smallint[], $21::text[], $22::bigint[],
    $23::bigint[], $24::text[], $25::bigint[], $26::smallint[], $27::bigint[], $28::text[], $29::bigint[]) AS v (
    partition, account_id, holds, dispute_id, is_dispute_claimed, due_on_days, strategy, priority, classified_at_us,
    promise_broken_at_us, steps_done, last_step_at_us, not_before_us, step, step_due_at_us, is_stopped, dial_at_us,
    unposted_seq, restated_seq, step_channel, waits, notice_at_us, notice_due_at_us, left_strategy, exit_at_us,
    exits_made, held_minor, held_currency, owed_minor)
WHERE a.partition = v.partition AND a.account_id = v.account_id
