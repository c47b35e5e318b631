-- New accounts. $1 to $10: arrays of the same length, one a column, without doubles. One row an account; one that is there already fails.
INSERT INTO payment.account (partition, account_id, agency_id, debtor_id, currency, balance_minor, n_postings, is_recalled, open_promise_id, version)
SELECT k.partition, k.account_id, k.agency_id, k.debtor_id, k.currency, k.balance_minor, k.n_postings, k.is_recalled, k.open_promise_id, k.version
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::bigint[], $7::integer[], $8::boolean[], $9::uuid[], $10::integer[])
     AS k (partition, account_id, agency_id, debtor_id, currency, balance_minor, n_postings, is_recalled, open_promise_id, version)
