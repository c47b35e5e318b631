-- Documents of some disputes, in the order in which they came. Through the primary key.
-- $1 smallint[] partition, $2 uuid[] dispute_id, of the same length, without doubles.
SELECT e.dispute_id, e.evidence_id, e.step, e.document, e.document_hash, e.hash_algorithm, e.medium, e.recorded_by, e.recorded_at_us
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, dispute_id)
JOIN dispute.evidence e ON e.partition = k.partition AND e.dispute_id = k.dispute_id
ORDER BY e.recorded_at_us, e.evidence_id
