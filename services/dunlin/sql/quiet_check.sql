-- Is the system at rest: every consumer at the head of every partition, and no timer due?
-- $1 text[]  the services that may have timers
-- $2 bigint  the machine's UTC clock in microseconds, for when business time is not driven
-- One row: is_lagging boolean, has_due boolean (not looked at while something lags: it says false then).
-- A consumer without a row for a partition that has events lags too: hence the counts. Asked hundreds of times in a time-lapse: one pass over
-- log.head and log.cursor (some 64 rows a consumer), then one probe of platform.timer_due a service and partition, kept apart by the
-- LIMIT, because a join would read all timers there are.
WITH lag AS MATERIALIZED (
    SELECT coalesce(bool_or(h.next_seq - 1 > c.seq), false)
           OR count(*) < (SELECT count(DISTINCT consumer) FROM log.cursor) * (SELECT count(*) FROM log.head WHERE next_seq > 1)
           AS is_lagging
    FROM log.head AS h
    JOIN log.cursor AS c ON c.partition = h.partition
    WHERE h.next_seq > 1
)
SELECT lag.is_lagging,
       CASE WHEN lag.is_lagging THEN false ELSE EXISTS (
           SELECT FROM unnest($1::text[]) AS s(service)
           CROSS JOIN log.head AS h
           CROSS JOIN LATERAL (
               SELECT FROM platform.timer AS t
               WHERE t.service = s.service AND t.partition = h.partition
                 AND t.due_at_us > 0 AND t.due_at_us <= coalesce((SELECT business_us FROM platform.clock), $2::bigint)
               ORDER BY t.due_at_us LIMIT 1) AS due)
       END AS has_due
FROM lag
