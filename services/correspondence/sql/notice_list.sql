-- The notices of an account, newest first. $1 partition, $2 account, $3 how many, $4 agency (0: any). Columns as in notice_open. Through notice_of_account.
SELECT n.notice_id, n.kind, n.account_id, n.debtor_id, n.agency_id, n.subject_id, n.explanation, n.credit_id, n.asked_at_us, n.due_at_us, n.until_us, n.permit_id, n.is_closed, n.reason
FROM correspondence.notice n
WHERE n.partition = $1 AND n.account_id = $2 AND ($4 = 0 OR n.agency_id = $4)
ORDER BY n.asked_at_us DESC, n.notice_id
LIMIT $3
