-- A file, and the agency's last file in that partition (no other row where they are the same): $1 partition, $2 agency, $3 file. Through the primary key and the constraint on ordinals.
SELECT f.file_id, f.agency_id, f.ordinal, f.due_on - date '1970-01-01' AS due_on_days, f.n_entries, f.first_sequence, f.originator_hash, f.numbered_at_us
FROM payment.debit_file f
WHERE f.partition = $1 AND f.file_id = $3
UNION
(SELECT l.file_id, l.agency_id, l.ordinal, l.due_on - date '1970-01-01', l.n_entries, l.first_sequence, l.originator_hash, l.numbered_at_us
 FROM payment.debit_file l
 WHERE l.partition = $1 AND l.agency_id = $2
 ORDER BY l.ordinal DESC
 LIMIT 1)
