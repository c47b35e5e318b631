-- The newest events of an account and those of its whole debtor.
-- $1 smallint partition, $2 uuid account, $3 uuid debtor, $4 integer at most so many. Rows: seq, descending, none twice.
-- Key of reporting.timeline, once a subject.
SELECT seq FROM reporting.timeline WHERE partition = $1::smallint AND subject_id = $2::uuid
UNION
SELECT seq FROM reporting.timeline WHERE partition = $1::smallint AND subject_id = $3::uuid
ORDER BY seq DESC
LIMIT $4::integer
