-- A new file. $1 partition, $2 file, $3 agency, $4 ordinal, $5 due day, $6 entries, $7 first sequence, $8 originator's hash, $9 when. Fails where it, or its ordinal, is there.
INSERT INTO payment.debit_file (partition, file_id, agency_id, ordinal, due_on, n_entries, first_sequence, originator_hash, numbered_at_us)
VALUES ($1, $2, $3, $4, date '1970-01-01' + $5::integer, $6, $7, $8, $9)
