-- Complaints by their ids. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] complaint_id, of the same length, without doubles. At most one row a pair.
SELECT c.body, c.version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, complaint_id)
JOIN dispute.complaint c ON c.partition = k.partition AND c.complaint_id = k.complaint_id
