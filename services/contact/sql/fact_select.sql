-- The facts of the persons of accounts.
-- $1 partitions, $2 account ids (unnested together). Any number of rows, in no order. Keys of account and fact.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
WITH person AS MATERIALIZED (
    SELECT DISTINCT o.partition, o.debtor_id
    FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
    CROSS JOIN LATERAL (SELECT a.partition, a.debtor_id FROM contact.account AS a WHERE a.partition = k.partition AND a.account_id = k.id OFFSET 0) AS o
)
SELECT f.debtor_id, f.fact_id, f.recorded_at_us, f.recorded_by, f.released_at_us, f.body, f.number
FROM person AS p
CROSS JOIN LATERAL (SELECT * FROM contact.fact AS e WHERE e.partition = p.partition AND e.debtor_id = p.debtor_id OFFSET 0) AS f
