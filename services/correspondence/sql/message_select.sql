-- One message, locked. $1 partition, $2 permit, $3 agency (0: any). Through the primary key. At most one row.
SELECT m.permit_id, m.account_id, m.debtor_id, m.contact_point_id, m.channel, m.purpose, m.step, m.template, m.template_version, m.document, m.document_hash, m.batch, m.instance, m.state, m.detail,
       m.is_uncertain, m.is_reported, m.begun_at_us, m.changed_at_us, m.notice_ends_on, m.notice_id
FROM correspondence.message m
WHERE m.partition = $1 AND m.permit_id = $2 AND ($3 = 0 OR m.agency_id = $3)
FOR UPDATE
