-- Writes at which attempts an account was discussed, and what later reports add.
-- $1 to $9: one array a column, in the order of the columns, without doubles. No rows. Key of discussion.
INSERT INTO contact.discussion (
    partition, account_id, permit_id, agency_id, contact_point_id, occurred_at_us, counts, is_conversation, is_disputed)
SELECT
    partition, account_id, permit_id, agency_id, contact_point_id, occurred_at_us, counts, is_conversation, is_disputed
FROM unnest(
    $1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[], $6::bigint[], $7::boolean[], $8::boolean[],
    $9::boolean[]) AS v (
    partition, account_id, permit_id, agency_id, contact_point_id, occurred_at_us, counts, is_conversation, is_disputed)
ON CONFLICT (partition, account_id, permit_id) DO UPDATE SET
    occurred_at_us = excluded.occurred_at_us,
    counts = excluded.counts,
    is_conversation = excluded.is_conversation,
    is_disputed = excluded.is_disputed
