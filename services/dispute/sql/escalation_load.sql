-- Escalations by their ids. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] escalation_id, of the same length, without doubles. At most one row a pair.
SELECT e.body, e.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, escalation_id)
JOIN dispute.escalation e ON e.partition = k.partition AND e.escalation_id = k.escalation_id
