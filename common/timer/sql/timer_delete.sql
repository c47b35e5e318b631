-- Cancels timers.
-- $1 text service; $2 smallint[] partition, $3 text[] kind, $4 uuid[] subject_id: all of one length
-- No columns; one row a timer that was there.
-- Index: timer_pkey.
DELETE FROM platform.timer AS t
USING unnest($2::smallint[], $3::text[], $4::uuid[]) AS u(partition, kind, subject_id)
WHERE t.partition = u.partition AND t.service = $1::text AND t.kind = u.kind AND t.subject_id = u.subject_id
