-- Writes what has changed of one person.
-- $1 partition, $2 debtor id, $3 holds, $4 to $8 his contact points. No rows. Key of debtor; no indexed column changes.
UPDATE contact.debtor SET
    holds = $3,
    point_ids = $4::uuid[],
    point_kinds = $5::smallint[],
    point_values = $6::text[],
    point_zones = $7::text[],
    point_marks = $8::smallint[]
WHERE partition = $1 AND debtor_id = $2
