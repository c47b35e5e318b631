-- The head of one partition and the highest number that its events have, of one snapshot.
-- $1 smallint  partition
-- Columns: next_seq bigint, hash bytea, last_seq bigint (NULL: no events). One row, none for a partition that does not exist.
-- Index: head_pkey; event's key, backwards, one row of each month.
SELECT h.next_seq, h.hash,
       (SELECT e.seq FROM log.event AS e WHERE e.partition = $1::smallint ORDER BY e.seq DESC LIMIT 1) AS last_seq
FROM log.head AS h
WHERE h.partition = $1::smallint
