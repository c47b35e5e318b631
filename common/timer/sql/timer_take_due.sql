-- Deletes and returns the earliest timers that are due.
-- $1 text        service
-- $2 smallint[]  partitions
-- $3 bigint      due at or before
-- $4 integer     at most so many
-- Columns: kind text, subject_id uuid, debtor_id uuid, agency_id integer, due_at_us bigint. In no order.
-- Index: timer_due, from its start, at most $4 entries a partition: after a leap of business time a million timers may be due at once, and each call must not sort them all. The rows are
-- deleted by ctid, where they were just found: no second look-up by key, and no join whose plan hangs on a guess at the list's length. The last two conditions are for a timer that another transaction has moved meanwhile: it may be left
-- to the next call, but is never taken before it is due.
DELETE FROM platform.timer AS t
WHERE t.ctid = ANY (ARRAY(
        SELECT d.ctid
        FROM unnest($2::smallint[]) AS p(partition)
        CROSS JOIN LATERAL (
            SELECT v.ctid, v.due_at_us
            FROM platform.timer AS v
            WHERE v.service = $1::text AND v.partition = p.partition AND v.due_at_us > 0 AND v.due_at_us <= $3::bigint
            ORDER BY v.due_at_us
            LIMIT $4::integer
        ) AS d
        ORDER BY d.due_at_us
        LIMIT $4::integer))
    AND t.service = $1::text AND t.due_at_us <= $3::bigint
RETURNING t.kind, t.subject_id, t.debtor_id, t.agency_id, t.due_at_us
