-- Writes new permits.
-- $1 to $24: one array a column, in the order of the columns. No rows. Key of permit.
INSERT INTO contact.permit (
    partition, permit_id, agency_id, account_id, debtor_id, contact_point_id, channel, purpose, dialer,
    granted_at_us, valid_until_us, strategy, step, rule_version, state, occurred_at_us, telephony, party,
    outcome, started_at_us, duration_s, counts, is_conversation, campaign)
SELECT
    partition, permit_id, agency_id, account_id, debtor_id, contact_point_id, channel, purpose, dialer,
    granted_at_us, valid_until_us, strategy, step, rule_version, state, occurred_at_us, telephony, party,
    outcome, started_at_us, duration_s, counts, is_conversation, campaign
FROM unnest(
    $1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::uuid[], $7::smallint[], $8::smallint[],
    $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::smallint[],
    $16::bigint[], $17::smallint[], $18::smallint[], $19::smallint[], $20::bigint[], $21::integer[],
    $22::boolean[], $23::boolean[], $24::text[]) AS v (
    partition, permit_id, agency_id, account_id, debtor_id, contact_point_id, channel, purpose, dialer,
    granted_at_us, valid_until_us, strategy, step, rule_version, state, occurred_at_us, telephony, party,
    outcome, started_at_us, duration_s, counts, is_conversation, campaign)
