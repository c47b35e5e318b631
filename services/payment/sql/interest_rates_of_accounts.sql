-- The rates by which the interest of some accounts runs now, ascending. Through the primary keys.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
SELECT r.account_id, r.from_on - date '1970-01-01' AS from_on_days, r.rate_millionths, r.agreement_version
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.interest i ON i.partition = k.partition AND i.account_id = k.account_id
JOIN payment.interest_rate r ON r.partition = i.partition AND r.account_id = i.account_id AND r.series = i.series
ORDER BY r.account_id, r.from_on
