-- Advances locked heads. A head that is not where it was when it was locked matches no row: then it was not locked.
-- $1 smallint[]  partitions
-- $2 bigint[]    next_seq as locked
-- $3 bigint[]    new next_seq
-- $4 bytea[]     hash of the last event
-- No columns; one row a partition.
-- Index: head_pkey (or the table's few pages). Changes no indexed column: HOT.
UPDATE log.head AS h SET next_seq = u.next_seq, hash = u.hash
FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bytea[]) AS u(partition, locked_seq, next_seq, hash)
WHERE h.partition = u.partition AND h.next_seq = u.locked_seq
