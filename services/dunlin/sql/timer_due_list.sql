-- Timers that are due, counted a service.
-- $1 text[]  the services that may have timers
-- $2 bigint  the machine's UTC clock in microseconds, for when business time is not driven
-- Columns: service text, due bigint. One row a service that has any, by name. Index: platform.timer_due, a range a service and partition.
SELECT s.service, count(*)
FROM unnest($1::text[]) AS s(service)
CROSS JOIN log.head AS h
JOIN platform.timer AS t ON t.service = s.service AND t.partition = h.partition
WHERE t.due_at_us > 0 AND t.due_at_us <= coalesce((SELECT business_us FROM platform.clock), $2::bigint)
GROUP BY s.service
ORDER BY s.service
