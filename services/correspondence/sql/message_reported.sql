-- What contact has written of messages. $1 to $4: arrays of the same length, without doubles: partition, permit, state, business time. Through the primary key.
UPDATE correspondence.message AS m
SET is_reported = true, state = k.state, changed_at_us = k.changed_at_us
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::bigint[]) AS k (partition, permit_id, state, changed_at_us)
WHERE m.partition = k.partition AND m.permit_id = k.permit_id
