-- New and changed presentments; their debits, written before in the same transaction, are the guard. $1 to $10: arrays of the same length, one a column, without doubles. What may change
-- are trace, sent_on, return_code and returned_on.
INSERT INTO payment.presentment (partition, debit_id, number, agency_id, file_id, trace, effective_on, sent_on, return_code, returned_on)
SELECT k.partition, k.debit_id, k.number, k.agency_id, k.file_id, k.trace, date '1970-01-01' + k.effective_on_days, date '1970-01-01' + k.sent_on_days, k.return_code,
       date '1970-01-01' + k.returned_on_days
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::integer[], $5::uuid[], $6::text[], $7::integer[], $8::integer[], $9::text[], $10::integer[])
     AS k (partition, debit_id, number, agency_id, file_id, trace, effective_on_days, sent_on_days, return_code, returned_on_days)
ON CONFLICT (debit_id, number, partition) DO UPDATE
SET trace = excluded.trace, sent_on = excluded.sent_on, return_code = excluded.return_code, returned_on = excluded.returned_on
