-- How far each consumer is. No parameters.
-- Columns: consumer text, owned bigint (partitions that somebody holds), behind bigint (partitions), lag bigint (events), parked bigint,
-- released bigint (parked ones that are to be tried again). One row a consumer, by name. Indexes: head_pkey, cursor_pkey, parked_pkey.
SELECT k.consumer,
       count(c.owner) AS owned,
       count(*) FILTER (WHERE h.next_seq - 1 > coalesce(c.seq, 0)) AS behind,
       coalesce(sum(greatest(h.next_seq - 1 - coalesce(c.seq, 0), 0)), 0)::bigint AS lag,
       (SELECT count(*) FROM log.parked AS p WHERE p.consumer = k.consumer) AS parked,
       (SELECT count(*) FROM log.parked AS p WHERE p.consumer = k.consumer AND p.is_released) AS released
FROM (SELECT DISTINCT consumer FROM log.cursor) AS k
CROSS JOIN log.head AS h
LEFT JOIN log.cursor AS c ON c.consumer = k.consumer AND c.partition = h.partition
GROUP BY k.consumer
ORDER BY k.consumer
