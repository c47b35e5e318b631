-- Writes the debts of new payments for several. The columns in their order; a payment that is there already fails.
COPY payment.debtor_payment (partition, payment_id, place, account_id, agency_id, left_out, currency, amount_minor, held_minor)
FROM STDIN (FORMAT binary)
