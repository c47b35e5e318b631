-- Writes what has changed of one debtor. $1 partition, $2 id, $3 name, $4 natural person, $5 to $8 his contact points. No indexed column changes.
UPDATE intake.debtor
SET name = $3, is_natural_person = $4, point_kinds = $5::smallint[], point_phone_kinds = $6::smallint[], point_values = $7::text[], point_zones = $8::text[]
WHERE partition = $1 AND debtor_id = $2
