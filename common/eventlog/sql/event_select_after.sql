-- The next events of one partition.
-- $1 smallint  partition
-- $2 bigint    seq of the last event that is known
-- $3 integer   at most so many
-- Columns: those of log.event, in the order that eventlog_read.c decodes. Ascending seq.
-- Index: the key of each month, merged by seq.
SELECT e.partition, e.seq, e.recorded_at_us, e.occurred_at_us, e.agency_id, e.debtor_id, e.account_id, e.type, e.actor, e.traceparent, e.payload, e.hash
FROM log.event AS e
WHERE e.partition = $1::smallint AND e.seq > $2::bigint
ORDER BY e.seq
LIMIT $3::integer
