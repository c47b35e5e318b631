-- Writes debtors whole. Arrays of equal length, one element a debtor, in the order of the columns.
INSERT INTO classification.debtor (partition, debtor_id, agency_id, accounts, late_accounts)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[])
ON CONFLICT (partition, debtor_id) DO UPDATE SET accounts = EXCLUDED.accounts, late_accounts = EXCLUDED.late_accounts
