-- Accounts with a reference, whatever client's; at most two are of interest. By the beginning of the primary key. $1 partition, $2 agency, $3 reference, $4 client or empty.
SELECT account_id, client
FROM intake.reference
WHERE partition = $1 AND agency_id = $2 AND client_reference = $3 AND ($4 = '' OR client = $4)
ORDER BY client
LIMIT 2
