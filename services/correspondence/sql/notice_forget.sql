-- Opt-outs that were released: the next one is confirmed again. $1 to $3: arrays of the same length: partition, contact point, business time of the release. Through the primary key.
DELETE FROM correspondence.notice AS n
USING unnest($1::smallint[], $2::uuid[], $3::bigint[]) AS k (partition, notice_id, released_at_us)
WHERE n.partition = k.partition AND n.notice_id = k.notice_id AND n.asked_at_us <= k.released_at_us
