-- When the next timer of the partitions is due.
-- $1 text        service
-- $2 smallint[]  partitions
-- Columns: due_at_us bigint, NULL where there is none. One row.
-- Index: timer_due, one entry a partition.
SELECT min(d.due_at_us) AS due_at_us
FROM unnest($2::smallint[]) AS p(partition)
CROSS JOIN LATERAL (
    SELECT v.due_at_us
    FROM platform.timer AS v
    WHERE v.service = $1::text AND v.partition = p.partition AND v.due_at_us > 0
    ORDER BY v.due_at_us
    LIMIT 1
) AS d
