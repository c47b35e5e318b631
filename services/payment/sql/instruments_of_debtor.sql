-- The instruments of an account's debtor, oldest first: $1 partition, $2 account. Through the indexes of account and instrument_of_debtor. Columns as in instrument_load.
SELECT i.instrument_id, i.account_id, i.debtor_id, i.agency_id, i.state, i.kind, i.routing, i.token, i.last4, i.holder, i.authorization_class, i.authorization_hash,
       i.authorized_on - date '1970-01-01' AS authorized_on_days, i.registered_at_us, i.reason, i.version
FROM payment.account a
JOIN payment.instrument i ON i.partition = a.partition AND i.debtor_id = a.debtor_id
WHERE a.partition = $1 AND a.account_id = $2
ORDER BY i.registered_at_us, i.instrument_id
