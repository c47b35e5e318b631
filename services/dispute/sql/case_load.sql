-- What decides on escalations of accounts beside what account_load knows. Through the primary keys and the index complaint_of_account.
-- $1 smallint[] partition, $2 uuid[] account_id, of the same length, without doubles. One row an account that is there.
SELECT a.account_id, coalesce(s.stops, 0::smallint) AS stops,
       (SELECT count(*)::integer FROM dispute.complaint c WHERE c.partition = a.partition AND c.account_id = a.account_id AND c.state < 4) AS open_complaints
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, account_id)
JOIN dispute.account a ON a.partition = k.partition AND a.account_id = k.account_id
LEFT JOIN dispute.stopped s ON s.partition = a.partition AND s.debtor_id = a.debtor_id
