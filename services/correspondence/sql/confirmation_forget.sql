-- Opt-outs that were released: the next one is confirmed again. $1 to $3: arrays of the same length: partition, contact point, business time of the release. Through the primary key.
DELETE FROM correspondence.confirmation AS c
USING unnest($1::smallint[], $2::uuid[], $3::bigint[]) AS k (partition, contact_point_id, released_at_us)
WHERE c.partition = k.partition AND c.contact_point_id = k.contact_point_id AND c.asked_at_us <= k.released_at_us
