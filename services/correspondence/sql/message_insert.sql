-- Begins a message. $1 partition, $2 permit, $3 account, $4 debtor, $5 contact point, $6 agency, $7 channel, $8 purpose, $9 step, $10 template, $11 its version, $12 document, $13 its hash, $14 batch,
-- $15 instance, $16 business time, $17 last day of the validation period (0: no notice), $18 the notice that it is (NULL: a step). No row where something was begun with the permit, or it was given back.
INSERT INTO correspondence.message AS m (
    partition, permit_id, account_id, debtor_id, contact_point_id, agency_id, channel, purpose, step, template, template_version, document, document_hash, batch, instance, state, detail, is_uncertain,
    is_reported, begun_at_us, changed_at_us, notice_ends_on, notice_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, '', false, false, $16, $16, $17, $18)
ON CONFLICT (permit_id, partition) DO UPDATE
SET step = excluded.step, template = excluded.template, template_version = excluded.template_version, document = excluded.document, document_hash = excluded.document_hash, batch = excluded.batch,
    state = excluded.state, begun_at_us = excluded.begun_at_us, changed_at_us = excluded.changed_at_us, notice_ends_on = excluded.notice_ends_on, notice_id = excluded.notice_id
WHERE m.state = 6 AND m.instance = excluded.instance
