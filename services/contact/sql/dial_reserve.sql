-- Hands out accounts whose planned step is due and that are in nobody's hands, best first, and reserves them. One with a payment that the ledger has not taken in yet waits for it:
-- what is not known to be owed is not asked for.
-- $1 partitions, $2 now (UTC us), $3 how many, $4 reserved until (UTC us), $5 dialer, $6 agency (0: any), $7 channels and $8 the kinds of contact point that they go to (0: none; unnested
-- together). At most $3 rows, by priority, then the longest due.
-- Index account_dial_channel per partition and channel; the contact point is the usable one of its kind that was not tried for longest (key of debtor, index permit_account).
-- Two that ask at once do not wait for each other; the later one may get fewer.
WITH candidate AS MATERIALIZED (
    SELECT p.partition, c.account_id
    FROM unnest($1::smallint[]) AS p (partition)
    CROSS JOIN unnest($7::smallint[]) AS w (channel)
    CROSS JOIN LATERAL (
        SELECT a.account_id, a.priority, a.dial_at_us
        FROM contact.account AS a
        WHERE a.partition = p.partition AND a.step_channel = w.channel AND a.dial_at_us IS NOT NULL AND a.dial_at_us <= $2 AND a.reserved_until_us <= $2
            AND a.unposted_seq IS NULL AND ($6 = 0 OR a.agency_id = $6)
        ORDER BY a.priority DESC, a.dial_at_us
        LIMIT $3) AS c
    ORDER BY c.priority DESC, c.dial_at_us
    LIMIT $3
), locked AS MATERIALIZED (
    SELECT a.partition, a.account_id
    FROM candidate AS c
    JOIN contact.account AS a ON a.partition = c.partition AND a.account_id = c.account_id
    WHERE a.dial_at_us <= $2 AND a.reserved_until_us <= $2 AND a.unposted_seq IS NULL AND array_position($7::smallint[], a.step_channel) IS NOT NULL
    FOR UPDATE OF a SKIP LOCKED
), reserved AS (
    UPDATE contact.account AS a SET
        reserved_until_us = $4,
        reserved_by = $5
    FROM locked AS l
    WHERE a.partition = l.partition AND a.account_id = l.account_id
    RETURNING a.partition, a.account_id, a.debtor_id, a.priority, a.strategy, a.step, a.step_due_at_us, a.dial_at_us, a.step_channel,
        a.held_minor, a.held_currency
)
SELECT r.account_id, n.contact_point_id, r.debtor_id, r.priority, r.strategy, r.step, r.step_due_at_us, r.step_channel,
       r.held_minor, coalesce(r.held_currency, '')
FROM reserved AS r
CROSS JOIN LATERAL (SELECT ($8::smallint[])[array_position($7::smallint[], r.step_channel)] AS kind OFFSET 0) AS w
JOIN contact.debtor AS d ON d.partition = r.partition AND d.debtor_id = r.debtor_id
LEFT JOIN LATERAL (
    SELECT p.contact_point_id
    FROM unnest(d.point_ids, d.point_kinds, d.point_marks) AS p (contact_point_id, kind, marks)
    WHERE p.kind = w.kind AND coalesce(p.marks, 0) = 0
    ORDER BY (SELECT max(m.occurred_at_us)
              FROM contact.permit AS m
              WHERE m.partition = r.partition AND m.account_id = r.account_id AND m.contact_point_id = p.contact_point_id) NULLS FIRST,
             p.contact_point_id
    LIMIT 1) AS n ON true
WHERE n.contact_point_id IS NOT NULL OR w.kind = 0
ORDER BY r.priority DESC, r.dial_at_us
