-- What stops persons. $1 smallint[] partition, $2 uuid[] debtor_id, $3 smallint[] stops, of the same length, without doubles. Through the primary key.
INSERT INTO dispute.stopped (partition, debtor_id, stops)
SELECT k.partition, k.debtor_id, k.stops
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[]) AS k (partition, debtor_id, stops)
ON CONFLICT (debtor_id) DO UPDATE SET stops = excluded.stops
