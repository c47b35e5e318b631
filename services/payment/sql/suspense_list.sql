-- What an agency has in suspense, oldest first: $1 agency, $2 whether what has ended too, $3 at most so many. Through the index suspense_of_agency; with Citus it asks every node.
SELECT s.item_id, s.agency_id, s.state, s.source, s.currency, s.amount_minor, s.client, s.account_id, s.payer, s.reference,
       s.received_on - date '1970-01-01' AS received_on_days, s.reason, s.held_at_us, s.assigned_id
FROM payment.suspense s
WHERE s.agency_id = $1 AND ($2::boolean OR s.state IN (1, 2))
ORDER BY s.held_at_us, s.item_id
LIMIT $3
