-- The complaints of an agency that are not resolved, what is due first, at most 1,000. Through the index complaint_due.
-- $1 integer agency_id. Columns as in complaint_load.
SELECT c.body, c.version
FROM dispute.complaint c
WHERE c.agency_id = $1 AND c.state < 4
ORDER BY c.due_at_us, c.complaint_id
LIMIT 1000
