-- Reads the numbers that come next, without locking.
-- $1 smallint[]  partitions
-- Columns: partition smallint, next_seq bigint. One row a partition, in no order.
-- Index: head_pkey (or the table's few pages).
SELECT h.partition, h.next_seq
FROM log.head AS h
WHERE h.partition = ANY ($1::smallint[])
