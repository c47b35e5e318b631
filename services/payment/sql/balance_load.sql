-- What is owed on accounts, and what it is made of. $1 smallint[] partition, $2 uuid[] account_id, of the same length. One row a place that is known, in any order; `place` counts from 1.
-- $3 integer: by value dates up to and with this day (of 1970); $4 bigint: by what was posted until then, business time. NULL: all of them.
-- Reversals take off what was paid; all else (what the client restates, fees) is charged where it adds and credited where it takes off; a credit that is taken back takes off what was credited; interest is apart. Through the primary keys.
SELECT k.place::integer, a.account_id, a.currency, s.balance_minor, s.placed_minor, s.charged_minor, s.paid_minor, s.credited_minor, s.interest_minor
FROM unnest($1::smallint[], $2::uuid[]) WITH ORDINALITY AS k (partition, account_id, place)
JOIN payment.account a ON a.partition = k.partition AND a.account_id = k.account_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.change_minor), 0)::bigint AS balance_minor,
           coalesce(sum(p.change_minor) FILTER (WHERE p.kind = 1), 0)::bigint AS placed_minor,
           coalesce(sum(p.change_minor) FILTER (WHERE p.kind > 3 AND p.kind NOT IN (5, 7) AND p.change_minor > 0), 0)::bigint AS charged_minor,
           coalesce(-sum(p.change_minor) FILTER (WHERE p.kind IN (2, 3)), 0)::bigint AS paid_minor,
           coalesce(-sum(p.change_minor) FILTER (WHERE p.kind = 7 OR p.kind > 3 AND p.kind <> 5 AND p.change_minor < 0), 0)::bigint AS credited_minor,
           coalesce(sum(p.change_minor) FILTER (WHERE p.kind = 5), 0)::bigint AS interest_minor
    FROM payment.posting p
    WHERE p.partition = a.partition AND p.account_id = a.account_id
      AND ($3::integer IS NULL OR p.effective_on <= date '1970-01-01' + $3::integer) AND ($4::bigint IS NULL OR p.posted_at_us <= $4::bigint)
) AS s
