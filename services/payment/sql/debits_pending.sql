-- Debits of some accounts that are to bring money yet: scheduled, reserved, sent. Through debit_of_account. $1 smallint[] partition, $2 uuid[] account_id. Columns as in debit_load.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.debit d ON d.partition = k.partition AND d.account_id = k.account_id
WHERE d.state IN (1, 2, 3)
