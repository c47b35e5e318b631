-- An opt-out that is to be confirmed. $1 partition, $2 contact point, $3 account, $4 debtor, $5 business time. Nothing where it was asked for before.
INSERT INTO correspondence.confirmation (partition, contact_point_id, account_id, debtor_id, asked_at_us, closed)
VALUES ($1, $2, $3, $4, $5, '')
ON CONFLICT (contact_point_id, partition) DO NOTHING
