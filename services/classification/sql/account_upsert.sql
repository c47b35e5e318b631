-- Writes accounts whole. Arrays of equal length, one element an account, in the order of the columns.
INSERT INTO classification.account (partition, account_id, debtor_id, agency_id, due_on_days, balance_minor, currency, payments, last_payment_on,
       broken_promises, open_disputes, is_upheld, is_recalled, counts_as_late, class, segment, risk, priority, strategy, aging_bucket,
       days_past_due, reason_codes, sop_version)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::bigint[], $7::text[], $8::integer[],
       $9::integer[], $10::integer[], $11::integer[], $12::boolean[], $13::boolean[], $14::boolean[], $15::text[], $16::text[], $17::smallint[],
       $18::integer[], $19::text[], $20::text[], $21::integer[], $22::text[], $23::text[])
ON CONFLICT (partition, account_id) DO UPDATE SET
       due_on_days = EXCLUDED.due_on_days, balance_minor = EXCLUDED.balance_minor, payments = EXCLUDED.payments,
       last_payment_on = EXCLUDED.last_payment_on, broken_promises = EXCLUDED.broken_promises, open_disputes = EXCLUDED.open_disputes,
       is_upheld = EXCLUDED.is_upheld, is_recalled = EXCLUDED.is_recalled, counts_as_late = EXCLUDED.counts_as_late, class = EXCLUDED.class,
       segment = EXCLUDED.segment, risk = EXCLUDED.risk, priority = EXCLUDED.priority, strategy = EXCLUDED.strategy,
       aging_bucket = EXCLUDED.aging_bucket, days_past_due = EXCLUDED.days_past_due, reason_codes = EXCLUDED.reason_codes,
       sop_version = EXCLUDED.sop_version
