-- Money in suspense by its ids. Through the primary key. $1 smallint[] partition, $2 uuid[] item_id, of the same length, without doubles. At most one row a pair.
SELECT s.item_id, s.agency_id, s.state, s.source, s.currency, s.amount_minor, s.client, s.account_id, s.payer, s.reference,
       s.received_on - date '1970-01-01' AS received_on_days, s.reason, s.held_at_us, s.assigned_id
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, item_id)
JOIN payment.suspense s ON s.partition = k.partition AND s.item_id = k.item_id
