-- All debits that some plans have scheduled, in whatever state. Through the primary key of the plan and debit_of_account. $1 smallint[] partition, $2 uuid[] plan_id. Columns as in debit_load.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, plan_id)
JOIN payment.plan p ON p.partition = k.partition AND p.plan_id = k.plan_id
JOIN payment.debit d ON d.partition = p.partition AND d.account_id = p.account_id AND d.plan_id = p.plan_id
