-- Debtors by id.
-- $1 smallint[] partitions, $2 uuid[] debtor ids: pairs by position. Rows: at most one a pair, in no order. Key of classification.debtor.
SELECT debtor_id, agency_id, accounts, late_accounts
FROM unnest($1::smallint[], $2::uuid[]) AS asked (asked_partition, asked_id)
JOIN classification.debtor ON partition = asked_partition AND debtor_id = asked_id
