-- Advances a consumer's cursors where the epoch is still the given one and the log has what was applied: an event off the wire that is none of the log's, whoever published it,
-- commits nothing.
-- $1 text        consumer
-- $2 smallint[]  partitions
-- $3 bigint[]    their epochs
-- $4 bigint[]    seq of the last event that was applied
-- No columns; one row a partition that is still owned.
-- Index: cursor_pkey, head_pkey. Changes no indexed column: HOT.
UPDATE log.cursor AS c SET seq = m.seq
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS m(partition, epoch, seq)
JOIN log.head AS h USING (partition)
WHERE c.consumer = $1::text AND c.partition = m.partition AND c.epoch = m.epoch AND m.seq < h.next_seq
