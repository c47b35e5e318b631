-- Lines of a remittance run by partition and entry: $1 agency, $2 run_key, $3 client, $4 currency, after ($5 partition, $6 entry), at most $7. The client's parts, each part's entries and their
-- postings by primary keys; what follows the page is not read, since rows come in the order that is asked for.
SELECT r.partition, n.number, n.account_id, n.posting_id, n.kind, n.paid_to, n.effective_on - date '1970-01-01' AS effective_on_days, n.posted_at_us,
       n.change_minor, n.fee_minor, n.payable_minor, n.reference, n.file_name, n.line
FROM payment.remittance_part r
CROSS JOIN LATERAL (
    SELECT e.number, e.account_id, p.posting_id, e.kind, p.paid_to, e.effective_on, e.posted_at_us, p.change_minor, p.fee_minor, e.payable_minor, p.reference, p.file_name, p.line
    FROM payment.trust_entry e
    CROSS JOIN LATERAL (
        SELECT q.posting_id, q.paid_to, q.change_minor, q.fee_minor, q.reference, q.file_name, q.line FROM payment.posting q
        WHERE q.account_id = e.account_id AND q.number = e.posting_number AND q.partition = e.partition
        OFFSET 0) p
    WHERE e.agency_id = r.agency_id AND e.client = r.client AND e.currency = r.currency AND e.partition = r.partition
      AND e.number BETWEEN r.first_entry AND r.last_entry AND e.posting_number > 0
      AND (r.partition > $5 OR e.number > $6)
    ORDER BY e.number LIMIT $7) n
WHERE r.agency_id = $1 AND r.run_key = $2 AND r.client = $3 AND r.currency = $4 AND r.partition >= $5
ORDER BY r.partition, n.number
LIMIT $7
