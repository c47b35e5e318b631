-- Adds documents of disputes. The columns in their order.
COPY dispute.evidence (
    partition, dispute_id, evidence_id, step, document, document_hash, hash_algorithm, medium, recorded_by, recorded_at_us)
FROM STDIN (FORMAT binary)
