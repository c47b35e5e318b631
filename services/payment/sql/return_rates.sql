-- What an agency's debits came to in a period: $1 agency, $2 first day, $3 last day. A row a return code with how many came back, and one without code with how many were sent. Through
-- presentment_sent and presentment_returned; with Citus it asks every node.
SELECT NULL::text AS return_code, count(*)::integer AS n
FROM payment.presentment p
WHERE p.agency_id = $1 AND p.sent_on BETWEEN date '1970-01-01' + $2::integer AND date '1970-01-01' + $3::integer
UNION ALL
(SELECT r.return_code, count(*)::integer
 FROM payment.presentment r
 WHERE r.agency_id = $1 AND r.returned_on BETWEEN date '1970-01-01' + $2::integer AND date '1970-01-01' + $3::integer
 GROUP BY r.return_code
 ORDER BY r.return_code)
