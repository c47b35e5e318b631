-- It is being sent. $1 partition, $2 notice, $3 permit. No row where it is sent with another permit, will not be sent, or was never asked for. Through the primary key.
UPDATE correspondence.notice SET permit_id = $3, reason = '' WHERE partition = $1 AND notice_id = $2 AND NOT is_closed AND (permit_id IS NULL OR permit_id = $3)
