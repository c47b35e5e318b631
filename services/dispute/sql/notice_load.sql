-- Validation notices of the debtors of some accounts. Through the primary keys.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. A debtor's come once for each of his accounts asked for.
SELECT n.debtor_id, n.notice_id, n.agency_id, n.is_return, n.at_us, n.ends_on, n.account_ids, n.is_void
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.account a ON a.partition = k.partition AND a.account_id = k.account_id
JOIN dispute.notice n ON n.partition = a.partition AND n.debtor_id = a.debtor_id
