-- Writes new accounts. The columns in their order.
COPY intake.account (partition, account_id, debtor_id, agency_id, client, client_reference, balance_minor, currency, due_on_days, opened_on_days, is_disputed, is_recalled,
                     placement_id, line, record_hash, placed_at_us, debt_kind)
FROM STDIN (FORMAT binary)
