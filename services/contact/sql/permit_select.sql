-- Permits by their ids.
-- $1 partitions, $2 permit ids (unnested together). Up to one row an id, in no order. Key of permit.
-- Columns as in permit_select_by_account.sql.
SELECT m.permit_id, m.agency_id, m.account_id, m.debtor_id, m.contact_point_id, m.channel, m.purpose, m.dialer, m.granted_at_us,
       m.valid_until_us, m.strategy, m.step, m.rule_version, m.state, m.occurred_at_us, m.telephony, m.party, m.outcome,
       m.started_at_us, m.duration_s, m.counts, m.is_conversation, m.delivery, m.campaign
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
JOIN contact.permit AS m ON m.partition = k.partition AND m.permit_id = k.id
