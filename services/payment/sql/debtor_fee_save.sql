-- New and waived fees. $1 to $14: arrays of the same length, one a column, without doubles. What may change is that it was waived: NULL in $13 and $14 where it was not.
INSERT INTO payment.debtor_fee (partition, fee_id, account_id, code, bucket, amount_minor, basis, evidence, agreement_version, charged_on, reason, charged_at_us, waived_at_us, waived_reason)
SELECT k.partition, k.fee_id, k.account_id, k.code, k.bucket, k.amount_minor, k.basis, k.evidence, k.agreement_version, date '1970-01-01' + k.charged_on_days, k.reason, k.charged_at_us,
       k.waived_at_us, k.waived_reason
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::smallint[], $6::bigint[], $7::smallint[], $8::text[], $9::text[], $10::integer[], $11::text[], $12::bigint[], $13::bigint[],
            $14::text[])
     AS k (partition, fee_id, account_id, code, bucket, amount_minor, basis, evidence, agreement_version, charged_on_days, reason, charged_at_us, waived_at_us, waived_reason)
ON CONFLICT (account_id, fee_id, partition) DO UPDATE
SET waived_at_us = excluded.waived_at_us, waived_reason = excluded.waived_reason
