-- New accounts. $1 to $4: arrays of the same length, one a column, without doubles. One row an account; one that is there already fails.
INSERT INTO dispute.account (partition, account_id, agency_id, debtor_id)
SELECT k.partition, k.account_id, k.agency_id, k.debtor_id
FROM unnest($1::smallint[], $2::uuid[], $3::integer[], $4::uuid[]) AS k (partition, account_id, agency_id, debtor_id)
