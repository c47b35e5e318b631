-- Writes movements: what a day's movements since placement add up to becomes the value given. Arrays of equal length, in the order of the columns.
INSERT INTO reporting.movement (partition, account_id, effective_on_days, agency_id, change_minor)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::integer[], $5::bigint[])
ON CONFLICT (partition, account_id, effective_on_days) DO UPDATE SET change_minor = EXCLUDED.change_minor
