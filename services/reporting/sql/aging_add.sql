-- Adds to the aging cube. Arrays of equal length without doubles, in the order of the columns.
INSERT INTO reporting.aging AS a (partition, agency_id, currency, due_on_days, effective_on_days, accounts, balance_minor)
SELECT * FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::integer[], $5::integer[], $6::bigint[], $7::bigint[])
ON CONFLICT (partition, agency_id, currency, due_on_days, effective_on_days) DO UPDATE SET
       accounts = a.accounts + EXCLUDED.accounts, balance_minor = a.balance_minor + EXCLUDED.balance_minor
