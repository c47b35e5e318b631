-- Notices that are due and not parked, and those whose time is over, oldest first. $1 smallint[] partitions, $2 smallint[] kinds, $3 business time now, $4 how many. Through notice_open.
SELECT n.notice_id, n.kind, n.account_id, n.debtor_id, n.agency_id, n.subject_id, n.explanation, n.credit_id, n.asked_at_us, n.due_at_us, n.until_us, n.permit_id, n.is_closed, n.reason
FROM correspondence.notice n
WHERE n.partition = ANY($1::smallint[]) AND n.kind = ANY($2::smallint[]) AND n.permit_id IS NULL AND NOT n.is_closed AND (n.due_at_us <= $3 OR n.until_us <= $3)
  AND (n.until_us <= $3 OR NOT EXISTS (SELECT FROM correspondence.parked p WHERE p.partition = n.partition AND p.account_id = n.account_id AND p.step = n.step))
ORDER BY n.due_at_us, n.notice_id
LIMIT $4
