-- The escalations of an agency that are not closed, oldest first, a page of them. Through the index escalation_open.
-- $1 integer agency_id, $2 smallint route, $3 text target, $4 text owner, $5 smallint state, $6 text file_id: 0 or empty is every.
-- $7 bigint raised_at_us, $8 uuid escalation_id: the last row of the page before; 0 and NULL: none. $9 integer: at most so many. Columns as in escalation_load.
SELECT e.body, e.version
FROM dispute.escalation e
WHERE e.agency_id = $1 AND e.state <> 7 AND ($2::smallint = 0 OR e.route = $2) AND ($3::text = '' OR e.target = $3) AND ($4::text = '' OR e.owner = $4)
  AND ($5::smallint = 0 OR e.state = $5) AND ($6::text = '' OR e.file_id = $6)
  AND (e.raised_at_us, e.escalation_id) > ($7::bigint, coalesce($8::uuid, '00000000-0000-0000-0000-000000000000'::uuid))
ORDER BY e.raised_at_us, e.escalation_id
LIMIT $9::integer
