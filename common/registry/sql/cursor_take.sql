-- Takes over partitions for a consumer: a missing row is made with seq 0 and epoch 1, an existing one gets the next epoch.
-- $1 text        consumer
-- $2 text        instance id of the new owner
-- $3 smallint[]  partitions, without doubles
-- Columns: partition smallint, epoch bigint, seq bigint. One row a partition, in no order.
-- Index: cursor_pkey. Rows are locked in ascending partition, so that two instances that take over at once cannot deadlock.
INSERT INTO log.cursor AS c (consumer, partition, seq, epoch, owner)
SELECT $1::text, p.partition, 0, 1, $2::text
FROM unnest($3::smallint[]) AS p(partition)
ORDER BY p.partition
ON CONFLICT (consumer, partition) DO UPDATE SET epoch = c.epoch + 1, owner = EXCLUDED.owner
RETURNING c.partition, c.epoch, c.seq
