-- All presentments of some debits. Through the primary key. $1 smallint[] partition, $2 uuid[] debit_id, of the same length, without doubles.
SELECT p.debit_id, p.number, p.file_id, p.trace, p.effective_on - date '1970-01-01' AS effective_on_days, p.sent_on - date '1970-01-01' AS sent_on_days,
       p.return_code, p.returned_on - date '1970-01-01' AS returned_on_days
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debit_id)
JOIN payment.presentment p ON p.partition = k.partition AND p.debit_id = k.debit_id
