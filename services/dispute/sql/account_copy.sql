-- Writes new accounts. The columns in their order; one that is there already fails.
COPY dispute.account (
    partition, account_id, agency_id, debtor_id, currency, placed_minor, due_on, placed_on, client)
FROM STDIN (FORMAT binary)
