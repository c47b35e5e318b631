-- States of messages, locked in the order of the keys. $1 smallint[] partition, $2 uuid[] permit_id, without doubles. At most one row a pair; those that are not ours give none.
SELECT m.permit_id, m.state
FROM correspondence.message m
JOIN unnest($1::smallint[], $2::uuid[]) AS k (partition, permit_id) ON m.partition = k.partition AND m.permit_id = k.permit_id
ORDER BY m.permit_id
FOR UPDATE OF m
