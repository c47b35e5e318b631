-- Writes new accounts.
-- The columns in their order; nobody has reserved them yet.
COPY contact.account (
    partition, account_id, agency_id, debtor_id, placed_at_us, debt_kind, holds, dispute_id, is_dispute_claimed, due_on_days, strategy,
    priority, classified_at_us, promise_broken_at_us, steps_done, last_step_at_us, not_before_us, step, step_due_at_us,
    is_stopped, dial_at_us, unposted_seq, restated_seq, step_channel, waits, notice_at_us, notice_due_at_us,
    left_strategy, exit_at_us, exits_made, held_minor, held_currency, owed_minor)
FROM STDIN (FORMAT binary)
