-- Hands out accounts that are due for a call and in nobody's hands, best first, and reserves them.
-- $1 partitions, $2 now (UTC us), $3 how many, $4 reserved until (UTC us), $5 dialer, $6 agency (0: any). At most $3 rows, by priority, then the longest due.
-- Index account_dial per partition; the number is the usable one that was not tried for longest (key of debtor, index permit_account).
-- Two that ask at once do not wait for each other; the later one may get fewer.
WITH candidate AS MATERIALIZED (
    SELECT p.partition, c.account_id
    FROM unnest($1::smallint[]) AS p (partition)
    CROSS JOIN LATERAL (
        SELECT a.account_id, a.priority, a.dial_at_us
        FROM contact.account AS a
        WHERE a.partition = p.partition AND a.dial_at_us IS NOT NULL AND a.dial_at_us <= $2 AND a.reserved_until_us <= $2
            AND ($6 = 0 OR a.agency_id = $6)
        ORDER BY a.priority DESC, a.dial_at_us
        LIMIT $3) AS c
    ORDER BY c.priority DESC, c.dial_at_us
    LIMIT $3
), locked AS MATERIALIZED (
    SELECT a.partition, a.account_id
    FROM candidate AS c
    JOIN contact.account AS a ON a.partition = c.partition AND a.account_id = c.account_id
    WHERE a.dial_at_us <= $2 AND a.reserved_until_us <= $2
    FOR UPDATE OF a SKIP LOCKED
), reserved AS (
    UPDATE contact.account AS a SET
        reserved_until_us = $4,
        reserved_by = $5
    FROM locked AS l
    WHERE a.partition = l.partition AND a.account_id = l.account_id
    RETURNING a.partition, a.account_id, a.debtor_id, a.priority, a.strategy, a.step, a.step_due_at_us, a.dial_at_us
)
SELECT r.account_id, n.contact_point_id, r.debtor_id, r.priority, r.strategy, r.step, r.step_due_at_us
FROM reserved AS r
JOIN contact.debtor AS d ON d.partition = r.partition AND d.debtor_id = r.debtor_id
CROSS JOIN LATERAL (
    SELECT p.contact_point_id
    FROM unnest(d.point_ids, d.point_kinds, d.point_marks) AS p (contact_point_id, kind, marks)
    WHERE p.kind = 1 AND coalesce(p.marks, 0) = 0
    ORDER BY (SELECT max(m.occurred_at_us)
              FROM contact.permit AS m
              WHERE m.partition = r.partition AND m.account_id = r.account_id AND m.contact_point_id = p.contact_point_id) NULLS FIRST,
             p.contact_point_id
    LIMIT 1) AS n
ORDER BY r.priority DESC, r.dial_at_us
