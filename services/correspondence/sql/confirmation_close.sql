-- It will not be sent. $1 partition, $2 contact point, $3 why. Nothing where it is being sent. Through the primary key.
UPDATE correspondence.confirmation SET closed = $3 WHERE partition = $1 AND contact_point_id = $2 AND permit_id IS NULL AND closed = ''
