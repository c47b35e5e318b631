-- What became of a message. $1 partition, $2 permit, $3 state, $4 detail, $5 whether it is uncertain, $6 business time. Through the primary key.
UPDATE correspondence.message SET state = $3, detail = $4, is_uncertain = $5, changed_at_us = $6 WHERE partition = $1 AND permit_id = $2
