-- Disputes that were reopened: what was to be written of how they had ended is not any more. $1 to $4: arrays of the same length: partition, account, dispute, log position. Through notice_of_account.
UPDATE correspondence.notice AS n
SET is_closed = true, reason = 'the dispute was reopened'
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[]) AS k (partition, account_id, subject_id, seq)
WHERE n.partition = k.partition AND n.account_id = k.account_id AND n.subject_id = k.subject_id AND n.kind BETWEEN 6 AND 9 AND n.cause_seq < k.seq AND n.permit_id IS NULL AND NOT n.is_closed
