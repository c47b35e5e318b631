-- New accounts. Arrays of equal length, one element an account, in the order of the columns. One that is there already fails.
INSERT INTO reporting.account (
       partition, account_id, debtor_id, agency_id, client, currency, class, placed_minor, balance_minor, opened_on_days, due_on_days,
       is_recalled, is_upheld, is_disputed, placed_at_us, classified_at_us, planned_at_us, permitted_at_us, reached_at_us, promised_at_us,
       disputed_at_us, paid_at_us, settled_at_us, resolved_at_us, closed_at_us, promise_minor, promise_made_at_us, placed_recorded_us,
       classified_recorded_us, timeline)
SELECT * FROM unnest(
       $1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
       $10::integer[], $11::integer[], $12::boolean[], $13::boolean[], $14::boolean[], $15::bigint[], $16::bigint[], $17::bigint[],
       $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[],
       $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[], $30::text[])
