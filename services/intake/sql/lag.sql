-- The consumer that has most events still to apply, and how many. One that nobody runs (no owner) is not waited for. At most one row.
SELECT c.consumer, sum(h.next_seq - 1 - c.seq)::bigint AS lag
FROM log.cursor AS c
JOIN log.head AS h USING (partition)
WHERE c.owner IS NOT NULL
GROUP BY c.consumer
ORDER BY lag DESC
LIMIT 1
