-- Debits of an agency in the order of their ids, with their last presentment and instrument: $1 agency, $2 state (0: all), $3 due by that day (NULL: whenever), $4 account (NULL: all),
-- $5 after that id (NULL: from the first), $6 at most so many. Through debit_of_agency; with Citus it asks every node.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version,
       p.debit_id, p.number, p.file_id, p.trace, p.effective_on - date '1970-01-01' AS effective_on_days, p.sent_on - date '1970-01-01' AS sent_on_days,
       p.return_code, p.returned_on - date '1970-01-01' AS returned_on_days,
       i.instrument_id, i.account_id, i.debtor_id, i.agency_id, i.state, i.kind, i.routing, i.token, i.last4, i.holder, i.authorization_class, i.authorization_hash,
       i.authorized_on - date '1970-01-01' AS authorized_on_days, i.registered_at_us, i.reason, i.version
FROM payment.debit d
JOIN payment.instrument i ON i.partition = d.partition AND i.instrument_id = d.instrument_id
LEFT JOIN payment.presentment p ON p.partition = d.partition AND p.debit_id = d.debit_id AND p.number = d.n_presented
WHERE d.agency_id = $1 AND ($2::smallint = 0 OR d.state = $2) AND ($3::integer IS NULL OR d.due_on <= date '1970-01-01' + $3::integer)
  AND ($4::uuid IS NULL OR d.account_id = $4) AND ($5::uuid IS NULL OR d.debit_id > $5)
ORDER BY d.debit_id
LIMIT $6
