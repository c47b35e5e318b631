-- New and changed promises. $1 to $16: arrays of the same length, one a column, without doubles. What may change are state, paid_minor and reason.
INSERT INTO payment.promise (partition, promise_id, account_id, debtor_id, agency_id, state, currency, amount_minor, paid_minor, due_on,
                             breaks_at_us, made_after, made_at_us, reason, tolerance_kind, tolerance_value)
SELECT k.partition, k.promise_id, k.account_id, k.debtor_id, k.agency_id, k.state, k.currency, k.amount_minor, k.paid_minor,
       date '1970-01-01' + k.due_on_days, k.breaks_at_us, k.made_after, k.made_at_us, k.reason, k.tolerance_kind, k.tolerance_value
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::smallint[], $7::text[], $8::bigint[], $9::bigint[],
            $10::integer[], $11::bigint[], $12::integer[], $13::bigint[], $14::text[], $15::smallint[], $16::bigint[])
     AS k (partition, promise_id, account_id, debtor_id, agency_id, state, currency, amount_minor, paid_minor, due_on_days, breaks_at_us,
           made_after, made_at_us, reason, tolerance_kind, tolerance_value)
ON CONFLICT (partition, promise_id) DO UPDATE
SET state = excluded.state, paid_minor = excluded.paid_minor, reason = excluded.reason
