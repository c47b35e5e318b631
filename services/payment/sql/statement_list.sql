-- Statements of an agency, newest first: $1 agency, $2 at most so many. Through the index statement_of_agency; with Citus it asks every node.
SELECT s.statement_id, s.bank_account, s.currency, s.name, s.sequence_number, coalesce(s.first_on - date '1970-01-01', 0) AS first_on_days,
       coalesce(s.last_on - date '1970-01-01', 0) AS last_on_days, s.opening_minor, s.closing_minor, s.file_name, s.imported_at_us, s.debit_minor, s.credit_minor, s.debits
FROM payment.statement s
WHERE s.agency_id = $1
ORDER BY s.imported_at_us DESC, s.statement_id
LIMIT $2
