-- New judgments. $1 to $16: arrays of the same length, one a column; one that is there fails.
INSERT INTO payment.judgment (partition, judgment_id, account_id, entered_on, principal_minor, interest_minor, fees_minor, costs_minor, balance_minor, rate_millionths, day_count, court, case_number,
                              document_hash, recorded_at_us, currency)
SELECT k.partition, k.judgment_id, k.account_id, date '1970-01-01' + k.entered_on_days, k.principal_minor, k.interest_minor, k.fees_minor, k.costs_minor, k.balance_minor, k.rate_millionths,
       k.day_count, k.court, k.case_number, k.document_hash, k.recorded_at_us, k.currency
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::smallint[], $12::text[],
            $13::text[], $14::bytea[], $15::bigint[], $16::text[])
     AS k (partition, judgment_id, account_id, entered_on_days, principal_minor, interest_minor, fees_minor, costs_minor, balance_minor, rate_millionths, day_count, court, case_number,
           document_hash, recorded_at_us, currency)
