-- Locks the heads of partitions until the end of the transaction.
-- $1 smallint[]  partitions
-- Columns: partition smallint, next_seq bigint, hash bytea. One row a partition, ascending: rows are locked in that order, whoever asks, so that two appends cannot deadlock.
-- Index: head_pkey (or the table's few pages).
SELECT h.partition, h.next_seq, h.hash
FROM log.head AS h
WHERE h.partition = ANY ($1::smallint[])
ORDER BY h.partition
FOR NO KEY UPDATE
