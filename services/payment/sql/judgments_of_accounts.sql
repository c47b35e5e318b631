-- The judgments on some accounts, in the order in which they were recorded. Through the primary key. $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles.
SELECT j.judgment_id, j.account_id, j.entered_on - date '1970-01-01' AS entered_on_days, j.currency, j.principal_minor, j.interest_minor, j.fees_minor, j.costs_minor, j.balance_minor,
       j.rate_millionths, j.day_count, j.court, j.case_number, j.document_hash, j.recorded_at_us
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN payment.judgment j ON j.partition = k.partition AND j.account_id = k.account_id
ORDER BY j.account_id, j.recorded_at_us, j.judgment_id
