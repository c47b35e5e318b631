-- The newest permits of one account.
-- $1 partition, $2 account id, $3 how many. Newest attempt first. Index permit_account.
-- Columns as in permit_select.sql.
SELECT m.permit_id, m.agency_id, m.account_id, m.debtor_id, m.contact_point_id, m.channel, m.purpose, m.dialer, m.granted_at_us,
       m.valid_until_us, m.strategy, m.step, m.rule_version, m.state, m.occurred_at_us, m.telephony, m.party, m.outcome,
       m.started_at_us, m.duration_s, m.counts, m.is_conversation, m.delivery, m.campaign
FROM contact.permit AS m
WHERE m.partition = $1 AND m.account_id = $2
ORDER BY m.occurred_at_us DESC
LIMIT $3
