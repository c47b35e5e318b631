-- What is to be written. $1 to $13: arrays of the same length, without doubles. Nothing where it was asked for before. Through the primary key.
INSERT INTO correspondence.notice (
    partition, notice_id, kind, account_id, debtor_id, agency_id, subject_id, step, explanation, credit_id, cause_seq, asked_at_us, due_at_us, until_us, is_closed, reason)
SELECT k.partition, k.notice_id, k.kind, k.account_id, k.debtor_id, k.agency_id, k.subject_id, k.step, k.explanation, k.credit_id, k.cause_seq, k.asked_at_us, k.asked_at_us, k.until_us, false, ''
FROM unnest($1::smallint[], $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::integer[], $7::uuid[], $8::text[], $9::text[], $10::uuid[], $11::bigint[], $12::bigint[], $13::bigint[])
     AS k (partition, notice_id, kind, account_id, debtor_id, agency_id, subject_id, step, explanation, credit_id, cause_seq, asked_at_us, until_us)
ON CONFLICT (notice_id, partition) DO NOTHING
