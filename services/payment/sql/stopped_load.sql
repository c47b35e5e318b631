-- What stops debtors, and stopped them before. $1 smallint[] partition, $2 uuid[] debtor_id, of the same length, without doubles. Through the primary key.
SELECT s.debtor_id, s.cause, s.from_on - date '1970-01-01' AS from_on_days, s.last_on - date '1970-01-01' AS last_on_days
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debtor_id)
JOIN payment.stopped s ON s.partition = k.partition AND s.debtor_id = k.debtor_id
