-- The instalments of plans, in their order. Through the primary keys.
-- $1 smallint[] partition, $2 uuid[] plan_id, of the same length, without doubles.
SELECT i.plan_id, i.number, i.due_on - date '1970-01-01' AS due_on_days, i.amount_minor, i.paid_minor,
       i.grace_from - date '1970-01-01' AS grace_from_days, i.satisfied_on - date '1970-01-01' AS satisfied_on_days, i.was_missed
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, plan_id)
JOIN payment.plan p ON p.partition = k.partition AND p.plan_id = k.plan_id
JOIN payment.plan_instalment i ON i.partition = p.partition AND i.plan_id = p.plan_id AND i.number <= p.n_instalments
