-- Scheduled debits of a partition and agency that are due by a day: $1 partition, $2 agency, $3 day. Through debit_due. Columns as in debit_load.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version
FROM payment.debit d
WHERE d.agency_id = $2 AND d.partition = $1 AND d.due_on <= date '1970-01-01' + $3::integer AND d.state = 1
