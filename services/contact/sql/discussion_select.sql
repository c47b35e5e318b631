-- What is known of accounts that were discussed on others' permits.
-- $1 partitions, $2 account ids, $3 permit ids (unnested together). Up to one row each, in no order. Key of discussion.
SELECT d.account_id, d.permit_id, d.occurred_at_us, d.counts, d.is_conversation, d.is_disputed
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS k (partition, account_id, permit_id)
JOIN contact.discussion AS d ON d.partition = k.partition AND d.account_id = k.account_id AND d.permit_id = k.permit_id
