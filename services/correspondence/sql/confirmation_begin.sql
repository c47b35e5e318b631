-- It is being sent. $1 partition, $2 contact point, $3 permit. No row where it is sent with another permit, or was never asked for. Through the primary key.
UPDATE correspondence.confirmation SET permit_id = $3 WHERE partition = $1 AND contact_point_id = $2 AND closed = '' AND (permit_id IS NULL OR permit_id = $3)
