-- Writes accounts whole. Arrays of equal length, one element an account, in the order of the columns.
INSERT INTO reporting.account (partition, account_id, debtor_id, agency_id, client, currency, class, placed_minor, balance_minor,
       opened_on_days, due_on_days, is_recalled, is_upheld, is_disputed, placed_at_us, classified_at_us, planned_at_us,
       permitted_at_us, reached_at_us, promised_at_us, disputed_at_us, paid_at_us, settled_at_us, resolved_at_us, closed_at_us,
       promise_minor, promise_made_at_us, placed_recorded_us, classified_recorded_us)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
       $10::integer[], $11::integer[], $12::boolean[], $13::boolean[], $14::boolean[], $15::bigint[], $16::bigint[], $17::bigint[],
       $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[],
       $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[])
ON CONFLICT (partition, account_id) DO UPDATE SET
       class = EXCLUDED.class, balance_minor = EXCLUDED.balance_minor, due_on_days = EXCLUDED.due_on_days,
       is_recalled = EXCLUDED.is_recalled, is_upheld = EXCLUDED.is_upheld, is_disputed = EXCLUDED.is_disputed,
       classified_at_us = EXCLUDED.classified_at_us, planned_at_us = EXCLUDED.planned_at_us, permitted_at_us = EXCLUDED.permitted_at_us,
       reached_at_us = EXCLUDED.reached_at_us, promised_at_us = EXCLUDED.promised_at_us, disputed_at_us = EXCLUDED.disputed_at_us,
       paid_at_us = EXCLUDED.paid_at_us, settled_at_us = EXCLUDED.settled_at_us, resolved_at_us = EXCLUDED.resolved_at_us,
       closed_at_us = EXCLUDED.closed_at_us, promise_minor = EXCLUDED.promise_minor, promise_made_at_us = EXCLUDED.promise_made_at_us,
       classified_recorded_us = EXCLUDED.classified_recorded_us
