-- Writes new accounts. The columns in their order; one that is there already fails.
COPY payment.account (
    partition, account_id, agency_id, debtor_id, currency, balance_minor, n_postings, is_recalled, open_promise_id, version,
    client, age_days, placed_minor, dispute_id, held_minor, is_held)
FROM STDIN (FORMAT binary)
