-- The next events of several partitions.
-- $1 smallint[]  partitions
-- $2 bigint[]    of each the seq of the last event that is known
-- $3 integer     of each at most so many
-- Columns: those of log.event, in the order that eventlog_read.c decodes. Partitions in the order of $1, in each ascending seq.
-- Index: the key of each month, merged by seq, once a partition. Both orders come with the plan, so that 64 times 1,000 wide rows are not sorted: the order within a
-- partition is the subquery's, which only a plan without the nested loop could lose; eventlog_read_many checks it.
SELECT e.partition, e.seq, e.recorded_at_us, e.occurred_at_us, e.agency_id, e.debtor_id, e.account_id, e.type, e.actor, e.traceparent, e.payload, e.hash
FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS p(partition, after_seq, place)
CROSS JOIN LATERAL (
    SELECT v.partition, v.seq, v.recorded_at_us, v.occurred_at_us, v.agency_id, v.debtor_id, v.account_id, v.type, v.actor, v.traceparent, v.payload, v.hash
    FROM log.event AS v
    WHERE v.partition = p.partition AND v.seq > p.after_seq
    ORDER BY v.seq
    LIMIT $3::integer
) AS e
ORDER BY p.place
