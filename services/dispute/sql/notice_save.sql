-- New validation notices, and those that count no more; void once is void for good. $1 to $9: arrays of the same length, one a column, without doubles. Through the primary key.
INSERT INTO dispute.notice (partition, debtor_id, notice_id, agency_id, is_return, at_us, ends_on, account_ids, is_void)
SELECT k.partition, k.debtor_id, k.notice_id, k.agency_id, k.is_return, k.at_us, k.ends_on, k.account_ids, k.is_void
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::boolean[], $6::bigint[], $7::integer[], $8::bytea[], $9::boolean[])
     AS k (partition, debtor_id, notice_id, agency_id, is_return, at_us, ends_on, account_ids, is_void)
ON CONFLICT (debtor_id, partition, notice_id) DO UPDATE SET is_void = dispute.notice.is_void OR excluded.is_void
