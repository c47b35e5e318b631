-- Cancels timers.
-- $1 text service; $2 smallint[] partition, $3 text[] kind, $4 uuid[] subject_id: all of one length
-- No columns; one row a timer that was there.
-- Index: timer_pkey.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
DELETE FROM platform.timer AS t
USING (SELECT $1::text AS service, partition, kind, subject_id
       FROM unnest($2::smallint[], $3::text[], $4::uuid[]) AS v(partition, kind, subject_id)
       OFFSET 0) AS u
WHERE t.partition = u.partition AND t.service = u.service AND t.kind = u.kind AND t.subject_id = u.subject_id
