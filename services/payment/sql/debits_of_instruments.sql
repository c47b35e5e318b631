-- Scheduled debits of some instruments. Through debit_of_instrument. $1 smallint[] partition, $2 uuid[] instrument_id. Columns as in debit_load.
-- Not "= 1", which would let the look-up begin with debit_due.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, instrument_id)
JOIN payment.debit d ON d.partition = k.partition AND d.instrument_id = k.instrument_id
WHERE d.state < 2
