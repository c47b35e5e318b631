-- Who has a telephone number, each with one of his accounts, one without the holds $2 where he has such.
-- $1 number without its "+", $2 holds. At most 1,000 rows. Index number_value, key of debtor, index account_debtor; in every partition: with Citus it asks
-- every node, which a message from outside is worth. OFFSET 0: the number comes first in every plan (common/db/README.md).
SELECT p.contact_point_id, n.debtor_id, a.account_id, d.agency_id
FROM (SELECT DISTINCT m.partition, m.debtor_id FROM contact.number AS m WHERE m.number = $1 OFFSET 0) AS n
CROSS JOIN LATERAL (SELECT * FROM contact.debtor AS e WHERE e.partition = n.partition AND e.debtor_id = n.debtor_id OFFSET 0) AS d
CROSS JOIN LATERAL unnest(d.point_ids, d.point_kinds, d.point_values) AS p (contact_point_id, kind, value)
CROSS JOIN LATERAL (
    SELECT b.account_id
    FROM contact.account AS b
    WHERE b.partition = n.partition AND b.debtor_id = n.debtor_id
    ORDER BY (b.holds & $2::integer) <> 0, b.account_id
    LIMIT 1) AS a
WHERE p.kind = 1 AND p.value = '+' || $1::bigint
ORDER BY p.contact_point_id
LIMIT 1000
