-- Is the system at rest: every consumer at the head of every partition, and no timer due?
-- $1 text[]  the services that may have timers
-- $2 bigint  the machine's UTC clock in microseconds, for when business time is not driven
-- One row: is_lagging boolean, has_due boolean (not looked at while something lags: it says false then).
-- Indexes: head_pkey, cursor_pkey (some 64 rows a consumer); one probe of platform.timer_due a service and partition, kept apart by
-- the LIMIT, because a join would read all timers there are.
SELECT l.is_lagging,
       CASE WHEN l.is_lagging THEN false ELSE EXISTS (
           SELECT FROM unnest($1::text[]) AS s(service)
           CROSS JOIN log.head AS h
           CROSS JOIN LATERAL (
               SELECT FROM platform.timer AS t
               WHERE t.service = s.service AND t.partition = h.partition
                 AND t.due_at_us <= coalesce((SELECT business_us FROM platform.clock), $2::bigint)
               ORDER BY t.due_at_us LIMIT 1) AS due)
       END AS has_due
FROM (SELECT EXISTS (
          SELECT FROM (SELECT DISTINCT consumer FROM log.cursor) AS k
          CROSS JOIN log.head AS h
          LEFT JOIN log.cursor AS c ON c.consumer = k.consumer AND c.partition = h.partition
          WHERE h.next_seq - 1 > coalesce(c.seq, 0)) AS is_lagging) AS l
