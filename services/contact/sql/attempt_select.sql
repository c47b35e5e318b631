-- Attempts since an instant that were made or may have been, toward all accounts of the persons of these accounts: on their own permits, and on others' at which they were
-- discussed. Not those that a report says were never placed (telephony 1), failed (9) or were not sent (delivery 1). is_open: the permit is granted and not reported (state 1).
-- $1 partitions, $2 account ids (unnested together), $3 since (UTC us). Any number of rows. Keys of account, permit and discussion, indexes account_debtor and permit_account.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
WITH person AS MATERIALIZED (
    SELECT DISTINCT o.partition, o.debtor_id
    FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
    CROSS JOIN LATERAL (SELECT a.partition, a.debtor_id FROM contact.account AS a WHERE a.partition = k.partition AND a.account_id = k.id OFFSET 0) AS o
), theirs AS MATERIALIZED (
    SELECT b.partition, b.account_id
    FROM person AS p
    CROSS JOIN LATERAL (SELECT a.partition, a.account_id FROM contact.account AS a WHERE a.partition = p.partition AND a.debtor_id = p.debtor_id OFFSET 0) AS b
)
SELECT m.account_id, m.permit_id, m.contact_point_id, m.occurred_at_us, m.counts, m.is_conversation, m.state = 1 AS is_open, m.channel, m.purpose, m.telephony, m.delivery
FROM theirs AS k
CROSS JOIN LATERAL (
    SELECT * FROM contact.permit AS p
    WHERE p.partition = k.partition AND p.account_id = k.account_id AND p.occurred_at_us >= $3
        AND (p.counts OR p.is_conversation OR (p.telephony NOT IN (1, 9) AND p.delivery <> 1))
    OFFSET 0) AS m
UNION ALL
SELECT t.account_id, t.permit_id, t.contact_point_id, t.occurred_at_us, t.counts, t.is_conversation, false, m.channel, m.purpose, m.telephony, m.delivery
FROM theirs AS k
CROSS JOIN LATERAL (
    SELECT * FROM contact.discussion AS d
    WHERE d.partition = k.partition AND d.account_id = k.account_id AND d.occurred_at_us >= $3
    OFFSET 0) AS t
CROSS JOIN LATERAL (
    SELECT * FROM contact.permit AS p
    WHERE p.partition = t.partition AND p.permit_id = t.permit_id
    OFFSET 0) AS m
