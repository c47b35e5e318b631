-- It never left. $1 partition, $2 contact point, $3 permit. Through the primary key.
UPDATE correspondence.confirmation SET permit_id = NULL WHERE partition = $1 AND contact_point_id = $2 AND permit_id = $3
