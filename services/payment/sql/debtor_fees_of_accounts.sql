-- The fees of some accounts, oldest first. Through the primary key. $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
SELECT f.fee_id, f.account_id, f.code, f.bucket, f.amount_minor, f.basis, f.evidence, f.agreement_version, f.charged_on - date '1970-01-01' AS charged_on_days, f.reason, f.charged_at_us,
       coalesce(f.waived_at_us, 0) AS waived_at_us, coalesce(f.waived_reason, '') AS waived_reason
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.debtor_fee f ON f.partition = k.partition AND f.account_id = k.account_id
ORDER BY f.account_id, f.charged_at_us, f.fee_id
