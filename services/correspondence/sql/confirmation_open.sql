-- Confirmations that are due. $1 smallint[] partitions, $2 business time after which they were asked for, $3 how many. Through confirmation_open.
SELECT c.contact_point_id, c.account_id, c.debtor_id, c.asked_at_us
FROM correspondence.confirmation c
WHERE c.partition = ANY($1::smallint[]) AND c.permit_id IS NULL AND c.closed = '' AND c.asked_at_us > $2
ORDER BY c.asked_at_us, c.contact_point_id
LIMIT $3
