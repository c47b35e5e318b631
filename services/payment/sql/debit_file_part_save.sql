-- $1 partition, $2 file, $3 agency, $4 how many debits, $5 their sum. Fails where it is there.
INSERT INTO payment.debit_file_part (partition, file_id, agency_id, n_debits, amount_minor)
VALUES ($1, $2, $3, $4, $5)
