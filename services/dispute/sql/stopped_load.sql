-- What stops persons. $1 smallint[] partition, $2 uuid[] debtor_id, of the same length, without doubles. At most one row a pair. Through the primary key.
SELECT s.debtor_id, s.stops
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, debtor_id)
JOIN dispute.stopped s ON s.partition = k.partition AND s.debtor_id = k.debtor_id
