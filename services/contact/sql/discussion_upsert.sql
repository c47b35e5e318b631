-- Writes at which attempts an account was discussed.
-- $1 to $8: one array a column, in the order of the columns. No rows. Key of discussion.
INSERT INTO contact.discussion (
    partition, account_id, permit_id, agency_id, contact_point_id, occurred_at_us, counts, is_conversation)
SELECT
    partition, account_id, permit_id, agency_id, contact_point_id, occurred_at_us, counts, is_conversation
FROM unnest(
    $1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[], $6::bigint[], $7::boolean[], $8::boolean[]) AS v (
    partition, account_id, permit_id, agency_id, contact_point_id, occurred_at_us, counts, is_conversation)
ON CONFLICT (partition, account_id, permit_id) DO NOTHING
