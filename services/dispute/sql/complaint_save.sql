-- New and changed complaints. $1 to $9: arrays of the same length, one a column, without doubles. Through the primary key.
-- `version` is the number after the change, 1 for a new row. A row that has another version by now is left alone: fewer rows affected than given mean that somebody else wrote it.
INSERT INTO dispute.complaint (partition, complaint_id, agency_id, account_id, state, severity, due_at_us, body, version)
SELECT k.partition, k.complaint_id, k.agency_id, k.account_id, k.state, k.severity, k.due_at_us, k.body, k.version
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::smallint[], $6::smallint[], $7::bigint[], $8::bytea[], $9::integer[])
     AS k (partition, complaint_id, agency_id, account_id, state, severity, due_at_us, body, version)
ON CONFLICT (complaint_id, partition) DO UPDATE
SET state = excluded.state, severity = excluded.severity, due_at_us = excluded.due_at_us, body = excluded.body, version = excluded.version
WHERE complaint.version = excluded.version - 1
