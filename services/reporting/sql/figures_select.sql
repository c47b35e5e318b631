-- Every figure of an agency, summed over all partitions. One statement, so that all figures are of one moment.
-- $1 integer agency, $2 integer day: the aging cube up to its end. $3 smallint[] all partitions, so that the keys serve where there are many agencies.
-- Columns: what (1 counter, 2 histogram, 3 aging, 4 progress, 5 rebuilding), two texts, currency, number, n, amount, label. Rows that are 0 are left out.
--   1: measure, key, currency, -, n, amount, label    2: span, -, -, bucket, n, max    3: -, -, currency, due date, accounts, balance
--   4: -, -, -, as of (µs), events applied           5: -, -, -, -, partitions that are being built again
-- Reads the agency's rows of each partition: some hundred counters, and the cube, which grows with days, not with accounts. Key of each table.
SELECT 1::smallint AS what, measure AS name, key, currency, 0::bigint AS number, sum(n)::bigint AS n, sum(amount_minor)::bigint AS amount, max(label) AS label
FROM reporting.counter WHERE partition = ANY ($3::smallint[]) AND agency_id = $1::integer
GROUP BY measure, key, currency HAVING sum(n) <> 0 OR sum(amount_minor) <> 0
UNION ALL
SELECT 2::smallint, span, '', '', bucket, sum(n)::bigint, max(max), ''
FROM reporting.histogram WHERE partition = ANY ($3::smallint[]) AND agency_id = $1::integer
GROUP BY span, bucket HAVING sum(n) <> 0
UNION ALL
SELECT 3::smallint, '', '', currency, due_on_days::bigint, sum(accounts)::bigint, sum(balance_minor)::bigint, ''
FROM reporting.aging WHERE partition = ANY ($3::smallint[]) AND agency_id = $1::integer AND effective_on_days <= $2::integer
GROUP BY currency, due_on_days HAVING sum(accounts) <> 0 OR sum(balance_minor) <> 0
UNION ALL
SELECT 4::smallint, '', '', '', coalesce(max(as_of_us), 0), coalesce(sum(events), 0)::bigint, 0::bigint, ''
FROM reporting.progress WHERE partition = ANY ($3::smallint[]) AND agency_id = $1::integer
UNION ALL
SELECT 5::smallint, '', '', '', 0::bigint, count(*), 0::bigint, ''
FROM reporting.rebuild AS r
WHERE r.partition = ANY ($3::smallint[]) AND r.until_seq > (SELECT coalesce(max(last_seq), 0) FROM reporting.progress AS p WHERE p.partition = r.partition)
ORDER BY what, name, key, currency, number
