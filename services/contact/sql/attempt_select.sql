-- Attempts since an instant that count or were conversations, toward these accounts: their own permits, and others' at which they were discussed.
-- is_open: the permit is granted and not reported (state 1).
-- $1 partitions, $2 account ids (unnested together), $3 since (UTC us). Any number of rows. Index permit_account, key of discussion.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
SELECT m.account_id, m.permit_id, m.contact_point_id, m.occurred_at_us, m.counts, m.is_conversation, m.state = 1 AS is_open
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
CROSS JOIN LATERAL (
    SELECT * FROM contact.permit AS p
    WHERE p.partition = k.partition AND p.account_id = k.id AND p.occurred_at_us >= $3 AND (p.counts OR p.is_conversation)
    OFFSET 0) AS m
UNION ALL
SELECT t.account_id, t.permit_id, t.contact_point_id, t.occurred_at_us, t.counts, t.is_conversation, false
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
CROSS JOIN LATERAL (
    SELECT * FROM contact.discussion AS d
    WHERE d.partition = k.partition AND d.account_id = k.id AND d.occurred_at_us >= $3
    OFFSET 0) AS t
