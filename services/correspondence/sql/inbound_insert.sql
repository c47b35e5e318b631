-- Something that came in. $1 partition, $2 id, $3 channel, $4 contact point, $5 debtor, $6 permit, $7 text, $8 opt-out, $9 business time. No row where it came before.
INSERT INTO correspondence.inbound (partition, inbound_id, channel, contact_point_id, debtor_id, permit_id, text, is_opt_out, received_at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (inbound_id, partition) DO NOTHING
