-- Changed accounts: all columns that may change. Arrays of equal length, one element an account: partitions, ids, then the columns as they stand here.
-- Key of reporting.account; no indexed column changes.
UPDATE reporting.account AS a SET
       class = v.class, balance_minor = v.balance_minor, due_on_days = v.due_on_days, is_recalled = v.is_recalled, is_upheld = v.is_upheld,
       is_disputed = v.is_disputed, classified_at_us = v.classified_at_us, planned_at_us = v.planned_at_us,
       permitted_at_us = v.permitted_at_us, reached_at_us = v.reached_at_us, promised_at_us = v.promised_at_us,
       disputed_at_us = v.disputed_at_us, paid_at_us = v.paid_at_us, settled_at_us = v.settled_at_us, resolved_at_us = v.resolved_at_us,
       closed_at_us = v.closed_at_us, promise_minor = v.promise_minor, promise_made_at_us = v.promise_made_at_us,
       classified_recorded_us = v.classified_recorded_us, timeline = v.timeline
FROM unnest(
       $1::smallint[], $2::uuid[], $3::text[], $4::bigint[], $5::integer[], $6::boolean[], $7::boolean[], $8::boolean[], $9::bigint[],
       $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],
       $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::text[])
     AS v (
       partition, account_id, class, balance_minor, due_on_days, is_recalled, is_upheld, is_disputed, classified_at_us, planned_at_us,
       permitted_at_us, reached_at_us, promised_at_us, disputed_at_us, paid_at_us, settled_at_us, resolved_at_us, closed_at_us,
       promise_minor, promise_made_at_us, classified_recorded_us, timeline)
WHERE a.partition = v.partition AND a.account_id = v.account_id
