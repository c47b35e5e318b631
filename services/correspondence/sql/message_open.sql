-- Messages that contact has not written, oldest first. $1 smallint[] partitions, $2 channel, $3 how many. Through message_open. Columns as in message_select.
SELECT m.permit_id, m.account_id, m.debtor_id, m.contact_point_id, m.channel, m.purpose, m.step, m.template, m.template_version, m.document, m.document_hash, m.batch, m.instance, m.state, m.detail,
       m.is_uncertain, m.is_reported, m.begun_at_us, m.changed_at_us, m.notice_ends_on, m.notice_id
FROM correspondence.message m
WHERE m.partition = ANY($1::smallint[]) AND NOT m.is_reported AND m.channel = $2
ORDER BY m.begun_at_us, m.permit_id
LIMIT $3
