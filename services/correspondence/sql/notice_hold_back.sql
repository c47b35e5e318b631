-- It will not be sent, or not before some time. $1 partition, $2 notice, $3 why, $4 business time until when; 0: for good. Nothing where it is being sent. Through the primary key.
UPDATE correspondence.notice SET reason = $3, is_closed = $4 = 0, due_at_us = greatest(due_at_us, $4) WHERE partition = $1 AND notice_id = $2 AND permit_id IS NULL AND NOT is_closed
