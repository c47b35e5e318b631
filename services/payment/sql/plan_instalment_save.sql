-- New and changed instalments of plans. $1 to $9: arrays of the same length, one a column, without doubles. Number and due date never change.
INSERT INTO payment.plan_instalment (partition, plan_id, number, due_on, amount_minor, paid_minor, grace_from, satisfied_on, was_missed)
SELECT k.partition, k.plan_id, k.number, date '1970-01-01' + k.due_on_days, k.amount_minor, k.paid_minor, date '1970-01-01' + k.grace_from_days,
       date '1970-01-01' + k.satisfied_on_days, k.was_missed
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::integer[], $5::bigint[], $6::bigint[], $7::integer[], $8::integer[], $9::boolean[])
     AS k (partition, plan_id, number, due_on_days, amount_minor, paid_minor, grace_from_days, satisfied_on_days, was_missed)
ON CONFLICT (plan_id, number, partition) DO UPDATE
SET amount_minor = excluded.amount_minor, paid_minor = excluded.paid_minor, grace_from = excluded.grace_from, satisfied_on = excluded.satisfied_on,
    was_missed = excluded.was_missed
