-- Advances a consumer's cursors where the epoch is still the given one and the log has what was applied: an event off the wire that is none of the log's, whoever published it,
-- commits nothing.
-- $1 text        consumer
-- $2 smallint[]  partitions
-- $3 bigint[]    their epochs
-- $4 bigint[]    seq of the last event that was applied
-- No columns; one row a partition that is still owned.
-- Index: cursor_pkey, head_pkey. Changes no indexed column: HOT.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
UPDATE log.cursor AS c SET seq = m.seq
FROM (SELECT $1::text AS consumer, v.partition, v.epoch, v.seq
      FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS v(partition, epoch, seq)
      JOIN log.head AS h ON h.partition = v.partition AND v.seq < h.next_seq
      OFFSET 0) AS m
WHERE c.consumer = m.consumer AND c.partition = m.partition AND c.epoch = m.epoch
