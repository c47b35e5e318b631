-- Writes new accounts. The columns in their order, those that may change last; an account that is there already fails.
COPY reporting.account (
    partition, account_id, debtor_id, agency_id, client, currency, placed_minor, opened_on_days, placed_at_us, placed_recorded_us,
    class, balance_minor, due_on_days, is_recalled, is_upheld, is_disputed, classified_at_us, planned_at_us, permitted_at_us,
    reached_at_us, promised_at_us, disputed_at_us, paid_at_us, settled_at_us, resolved_at_us, closed_at_us, promise_minor,
    promise_made_at_us, classified_recorded_us, timeline)
FROM STDIN (FORMAT binary)
