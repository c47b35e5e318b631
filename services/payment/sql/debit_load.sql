-- Debits by their ids. Through the primary key. $1 smallint[] partition, $2 uuid[] debit_id, of the same length, without doubles. At most one row a pair.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debit_id)
JOIN payment.debit d ON d.partition = k.partition AND d.debit_id = k.debit_id
