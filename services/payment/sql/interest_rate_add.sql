-- Rates that days have been reckoned by. $1 to $6: arrays of the same length, one a column; one that is there fails.
INSERT INTO payment.interest_rate (partition, account_id, series, from_on, rate_millionths, agreement_version)
SELECT k.partition, k.account_id, k.series, date '1970-01-01' + k.from_on_days, k.rate_millionths, k.agreement_version
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::integer[], $5::bigint[], $6::text[]) AS k (partition, account_id, series, from_on_days, rate_millionths, agreement_version)
