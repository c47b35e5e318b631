-- New accounts. Arrays of equal length, one element an account, in the order of the columns. One that is there already fails.
INSERT INTO classification.account (
       partition, account_id, debtor_id, agency_id, due_on_days, balance_minor, currency, payments, last_payment_on, broken_promises, open_disputes, is_upheld,
       is_recalled, counts_as_late, class, segment, risk, priority, strategy, aging_bucket, days_past_due, reason_codes, sop_version)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::bigint[], $7::text[], $8::integer[], $9::integer[],
       $10::integer[], $11::integer[], $12::boolean[], $13::boolean[], $14::boolean[], $15::text[], $16::text[], $17::smallint[], $18::integer[],
       $19::text[], $20::text[], $21::integer[], $22::text[], $23::text[])
