-- What is known of steps that are due. $1 smallint[] partition, $2 uuid[] account_id, $3 uuid[] debtor_id, $4 text[] step, of the same length. One row a place, in any order; `place` counts from 1.
-- Of the languages that the debtor asked for the latest holds. Through the primary keys.
SELECT k.place::integer, p.account_id IS NOT NULL AS is_parked,
       coalesce((SELECT l.language FROM correspondence.language l WHERE l.debtor_id = k.debtor_id AND l.partition = k.partition ORDER BY l.occurred_at_us DESC, l.seq DESC LIMIT 1), '') AS language
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[]) WITH ORDINALITY AS k (partition, account_id, debtor_id, step, place)
LEFT JOIN correspondence.parked p ON p.partition = k.partition AND p.account_id = k.account_id AND p.step = k.step
