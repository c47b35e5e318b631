-- What a partition has reserved for a file: $1 partition, $2 file. Through the primary key; at most one row.
SELECT f.n_debits, f.amount_minor
FROM payment.debit_file_part f
WHERE f.partition = $1 AND f.file_id = $2
