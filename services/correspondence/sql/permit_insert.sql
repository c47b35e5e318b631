-- Permits that were granted to us, as contact's log tells. $1 to $10: arrays of the same length, without doubles. Nothing where a message was begun with one already.
INSERT INTO correspondence.message (
    partition, permit_id, account_id, debtor_id, contact_point_id, agency_id, channel, purpose, step, template, template_version, document, document_hash, batch, instance, state, detail, is_uncertain,
    is_reported, begun_at_us, changed_at_us)
SELECT k.partition, k.permit_id, k.account_id, k.debtor_id, k.contact_point_id, k.agency_id, k.channel, k.purpose, '', '', '', '', ''::bytea, '', k.instance, 6, '', false, false, k.granted_at_us, k.granted_at_us
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::integer[], $7::smallint[], $8::smallint[], $9::text[], $10::bigint[])
     AS k (partition, permit_id, account_id, debtor_id, contact_point_id, agency_id, channel, purpose, instance, granted_at_us)
ON CONFLICT (permit_id, partition) DO NOTHING
