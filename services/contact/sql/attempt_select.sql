-- Attempts since an instant that count or were conversations, toward these accounts: their own permits, and others' at which they were discussed.
-- is_open: the permit is granted and not reported (state 1).
-- $1 partitions, $2 account ids (unnested together), $3 since (UTC us). Any number of rows. Index permit_account, key of discussion.
SELECT m.account_id, m.permit_id, m.contact_point_id, m.occurred_at_us, m.counts, m.is_conversation, m.state = 1 AS is_open
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
JOIN contact.permit AS m ON m.partition = k.partition AND m.account_id = k.id AND m.occurred_at_us >= $3
WHERE m.counts OR m.is_conversation
UNION ALL
SELECT t.account_id, t.permit_id, t.contact_point_id, t.occurred_at_us, t.counts, t.is_conversation, false
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
JOIN contact.discussion AS t ON t.partition = k.partition AND t.account_id = k.id AND t.occurred_at_us >= $3
