-- The newest rows of an account's timeline and of its whole debtor's; each names one event or more.
-- $1 smallint partition, $2 uuid account, $3 uuid debtor, $4 integer at most so many of each. Rows: seqs, in no order.
-- Key of reporting.timeline, once a subject.
SELECT t.seqs
FROM (VALUES ($2::uuid), ($3::uuid)) AS asked (subject_id)
CROSS JOIN LATERAL (
    SELECT seqs FROM reporting.timeline AS r
    WHERE r.partition = $1::smallint AND r.subject_id = asked.subject_id
    ORDER BY r.first_seq DESC
    LIMIT $4::integer) AS t
