-- Sets timers; one that stands there already is moved, and left alone where it says the same.
-- $1 text service; $2 smallint[] partition, $3 text[] kind, $4 uuid[] subject_id, $5 bigint[] due_at_us, $6 uuid[] debtor_id, $7 integer[] agency_id: all of one
-- length, without doubles
-- No columns; one row a timer that is new or has moved.
-- Index: timer_pkey; timer_due is written.
INSERT INTO platform.timer AS t (partition, service, kind, subject_id, due_at_us, debtor_id, agency_id)
SELECT u.partition, $1::text, u.kind, u.subject_id, u.due_at_us, u.debtor_id, u.agency_id
FROM unnest($2::smallint[], $3::text[], $4::uuid[], $5::bigint[], $6::uuid[], $7::integer[])
    AS u(partition, kind, subject_id, due_at_us, debtor_id, agency_id)
ON CONFLICT (partition, service, kind, subject_id) DO UPDATE
SET due_at_us = EXCLUDED.due_at_us, debtor_id = EXCLUDED.debtor_id, agency_id = EXCLUDED.agency_id
WHERE (t.due_at_us, t.debtor_id, t.agency_id) IS DISTINCT FROM (EXCLUDED.due_at_us, EXCLUDED.debtor_id, EXCLUDED.agency_id)
