-- Gives partitions back where the epoch is still the given one.
-- $1 text        consumer
-- $2 smallint[]  partitions
-- $3 bigint[]    their epochs
-- No columns; the number of rows is that of the partitions that were still held.
-- Index: cursor_pkey. Rows are locked in ascending partition, as in cursor_take.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
WITH held AS MATERIALIZED (
    SELECT c.partition
    FROM (SELECT $1::text AS consumer, v.partition, v.epoch FROM unnest($2::smallint[], $3::bigint[]) AS v(partition, epoch) OFFSET 0) AS l
    JOIN log.cursor AS c ON c.consumer = l.consumer AND c.partition = l.partition AND c.epoch = l.epoch
    ORDER BY c.partition
    FOR NO KEY UPDATE OF c
)
UPDATE log.cursor AS c SET owner = NULL
FROM held
WHERE c.consumer = $1::text AND c.partition = held.partition
