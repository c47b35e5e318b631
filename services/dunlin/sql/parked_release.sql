-- Lets parked events be tried again: the ones named, and those of the same debtors that wait behind them, which keeps every debtor's order.
-- $1 text      consumer; NULL: any
-- $2 smallint  partition; NULL: any
-- $3 bigint    seq; NULL: any
-- Columns: consumer text, partition smallint, seq bigint, debtor_id uuid, type text, error text. One row an event that was not released
-- before. Reads log.parked, which is small.
WITH asked AS (
    SELECT p.consumer, p.partition, p.seq, p.debtor_id
    FROM log.parked AS p
    WHERE ($1::text IS NULL OR p.consumer = $1::text)
      AND ($2::smallint IS NULL OR p.partition = $2::smallint)
      AND ($3::bigint IS NULL OR p.seq = $3::bigint)
)
UPDATE log.parked AS p SET is_released = true
FROM (SELECT DISTINCT ON (b.consumer, b.partition, b.seq) b.consumer, b.partition, b.seq
      FROM asked AS a
      JOIN log.parked AS b ON b.consumer = a.consumer AND b.partition = a.partition
                          AND (b.seq = a.seq OR (b.debtor_id = a.debtor_id AND b.seq > a.seq))) AS r
WHERE p.consumer = r.consumer AND p.partition = r.partition AND p.seq = r.seq AND NOT p.is_released
RETURNING p.consumer, p.partition, p.seq, p.debtor_id, p.type, p.error
