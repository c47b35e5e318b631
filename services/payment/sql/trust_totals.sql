-- The clients' money over all partitions: $1 agency, $2 client (empty: all). Every row of a small table; with Citus it asks every node.
SELECT t.client, t.currency, sum(t.cash_minor)::bigint AS cash_minor, sum(t.payable_minor)::bigint AS payable_minor, sum(t.earned_minor)::bigint AS earned_minor,
       sum(t.suspense_minor)::bigint AS suspense_minor, sum(t.transit_minor)::bigint AS transit_minor
FROM payment.trust_account t
WHERE t.agency_id = $1 AND ($2 = '' OR t.client = $2)
GROUP BY t.client, t.currency
ORDER BY t.client, t.currency
