-- All entries of new postings, in one statement: the trigger entries_sum_to_zero checks each posting's sum over it.
-- $1 to $8: arrays of the same length, one a column.
INSERT INTO payment.entry (partition, account_id, posting_id, line, agency_id, ledger_account, currency, amount_minor)
SELECT k.partition, k.account_id, k.posting_id, k.line, k.agency_id, k.ledger_account, k.currency, k.amount_minor
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::smallint[], $5::integer[], $6::smallint[], $7::text[], $8::bigint[])
     AS k (partition, account_id, posting_id, line, agency_id, ledger_account, currency, amount_minor)
