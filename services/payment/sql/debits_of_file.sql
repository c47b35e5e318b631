-- Debits as they were presented in a file, in the order of their ids: $1 agency, $2 file, $3 after that id (NULL: from the first), $4 at most so many. Through presentment_of_file; with
-- Citus it asks every node. Columns as in debit_list.
SELECT d.debit_id, d.account_id, d.debtor_id, d.agency_id, d.instrument_id, d.state, d.currency, d.amount_minor, d.due_on - date '1970-01-01' AS due_on_days,
       d.plan_id, d.instalment, d.n_presented, d.scheduled_at_us, d.reason, d.version,
       p.debit_id, p.number, p.file_id, p.trace, p.effective_on - date '1970-01-01' AS effective_on_days, p.sent_on - date '1970-01-01' AS sent_on_days,
       p.return_code, p.returned_on - date '1970-01-01' AS returned_on_days,
       i.instrument_id, i.account_id, i.debtor_id, i.agency_id, i.state, i.kind, i.routing, i.token, i.last4, i.holder, i.authorization_class, i.authorization_hash,
       i.authorized_on - date '1970-01-01' AS authorized_on_days, i.registered_at_us, i.reason, i.version
FROM payment.presentment p
JOIN payment.debit d ON d.partition = p.partition AND d.debit_id = p.debit_id
JOIN payment.instrument i ON i.partition = d.partition AND i.instrument_id = d.instrument_id
WHERE p.file_id = $2 AND p.agency_id = $1 AND ($3::uuid IS NULL OR p.debit_id > $3)
ORDER BY p.debit_id
LIMIT $4
