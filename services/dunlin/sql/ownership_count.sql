-- How many partitions the given instances hold, a consumer.
-- $1 text[]  instance ids
-- Columns: consumer text, held bigint. One row a consumer that holds any, in no order. Reads all of log.cursor: some 64 rows a service.
SELECT consumer, count(*) FROM log.cursor WHERE owner = ANY($1::text[]) GROUP BY consumer
