-- Writes new accounts. The columns in their order; one that is there already fails.
COPY classification.account (
    partition, account_id, debtor_id, agency_id, due_on_days, balance_minor, currency, payments, last_payment_on, broken_promises,
    open_disputes, is_upheld, is_recalled, counts_as_late, class, segment, risk, priority, strategy, aging_bucket, days_past_due,
    reason_codes, sop_version)
FROM STDIN (FORMAT binary)
