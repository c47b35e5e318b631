-- What came in from an account's debtor, newest first. $1 partition, $2 account, $3 how many, $4 agency (0: any). Through the primary key of account and inbound_of_debtor.
SELECT i.inbound_id, i.channel, i.contact_point_id, i.text, i.is_opt_out, i.is_fact, i.received_at_us
FROM correspondence.account a
JOIN correspondence.inbound i ON i.partition = a.partition AND i.debtor_id = a.debtor_id
WHERE a.partition = $1 AND a.account_id = $2 AND ($4 = 0 OR a.agency_id = $4)
ORDER BY i.received_at_us DESC, i.inbound_id
LIMIT $3
