-- It never left. $1 partition, $2 permit. Through notice_of_permit.
UPDATE correspondence.notice SET permit_id = NULL WHERE partition = $1 AND permit_id = $2
