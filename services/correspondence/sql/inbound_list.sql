-- What came in from a debtor, newest first. $1 partition, $2 debtor, $3 how many, $4 agency (0: any). Through inbound_of_debtor.
SELECT i.inbound_id, i.channel, i.contact_point_id, i.text, i.is_opt_out, i.is_fact, i.received_at_us
FROM correspondence.inbound i
WHERE i.partition = $1 AND i.debtor_id = $2 AND ($4 = 0 OR i.agency_id = $4)
ORDER BY i.received_at_us DESC, i.inbound_id
LIMIT $3
