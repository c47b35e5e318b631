-- Parks a step. $1 partition, $2 account, $3 step, $4 debtor, $5 agency, $6 channel, $7 template, $8 reason, $9 business time. Nothing where it is parked.
INSERT INTO correspondence.parked (partition, account_id, step, debtor_id, agency_id, channel, template, reason, parked_at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (account_id, step, partition) DO NOTHING
