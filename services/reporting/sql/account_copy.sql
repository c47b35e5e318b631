-- Writes new accounts. The columns in their order; one that is there already fails.
COPY reporting.account (
    partition, account_id, debtor_id, agency_id, client, currency, class, placed_minor, balance_minor, opened_on_days,
    due_on_days, is_recalled, is_upheld, is_disputed, placed_at_us, classified_at_us, planned_at_us, permitted_at_us,
    reached_at_us, promised_at_us, disputed_at_us, paid_at_us, settled_at_us, resolved_at_us, closed_at_us, promise_minor,
    promise_made_at_us, placed_recorded_us, classified_recorded_us, timeline)
FROM STDIN (FORMAT binary)
