-- New and changed escalations, the closed ones first: the index escalation_out allows a new one only once the last is closed. $1 to $12: arrays of the same length, one a column, without doubles.
-- `version` is the number after the change, 1 for a new row. A row that has another version by now is left alone: fewer rows affected than given mean that somebody else wrote it.
INSERT INTO dispute.escalation (partition, escalation_id, agency_id, account_id, route, state, target, owner, file_id, raised_at_us, body, version)
SELECT k.partition, k.escalation_id, k.agency_id, k.account_id, k.route, k.state, k.target, k.owner, k.file_id, k.raised_at_us, k.body, k.version
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::uuid[], $5::smallint[], $6::smallint[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bytea[],
            $12::integer[])
     AS k (partition, escalation_id, agency_id, account_id, route, state, target, owner, file_id, raised_at_us, body, version)
ORDER BY (k.state = 7) DESC
ON CONFLICT (escalation_id) DO UPDATE
SET state = excluded.state, owner = excluded.owner, file_id = excluded.file_id, body = excluded.body, version = excluded.version
WHERE escalation.version = excluded.version - 1
