-- All movements of accounts since their placement.
-- $1 smallint[] partitions, $2 uuid[] account ids: pairs by position. Rows: those of each account ascending by day; a handful an account.
-- Key of reporting.movement.
SELECT account_id, effective_on_days, change_minor
FROM unnest($1::smallint[], $2::uuid[]) AS asked (asked_partition, asked_id)
JOIN reporting.movement ON partition = asked_partition AND account_id = asked_id
ORDER BY account_id, effective_on_days
