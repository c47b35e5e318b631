-- Writes what became of permits.
-- $1 to $12: one array a column, in the order below. No rows. Key of permit; occurred_at_us, which is indexed, mostly stays.
UPDATE contact.permit AS m SET
    state = v.state,
    occurred_at_us = v.occurred_at_us,
    telephony = v.telephony,
    party = v.party,
    outcome = v.outcome,
    started_at_us = v.started_at_us,
    duration_s = v.duration_s,
    counts = v.counts,
    is_conversation = v.is_conversation,
    delivery = v.delivery
FROM unnest(
    $1::smallint[], $2::uuid[], $3::smallint[], $4::bigint[], $5::smallint[], $6::smallint[], $7::smallint[],
    $8::bigint[], $9::integer[], $10::boolean[], $11::boolean[], $12::smallint[]) AS v (
    partition, permit_id, state, occurred_at_us, telephony, party, outcome, started_at_us, duration_s, counts,
    is_conversation, delivery)
WHERE m.partition = v.partition AND m.permit_id = v.permit_id
