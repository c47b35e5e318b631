-- Who holds which partition of a consumer now.
-- $1 text  consumer
-- Columns: partition smallint, owner text. One row a partition that has an owner, in no order.
-- Index: cursor_pkey.
SELECT c.partition, c.owner
FROM log.cursor AS c
WHERE c.consumer = $1::text AND c.owner IS NOT NULL
