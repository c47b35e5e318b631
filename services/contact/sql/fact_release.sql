-- Facts that count no more.
-- $1 partitions, $2 debtor ids, $3 fact ids, $4 since (UTC us; unnested together). No rows. Key of fact.
UPDATE contact.fact AS f SET
    released_at_us = v.released_at_us
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::bigint[]) AS v (partition, debtor_id, fact_id, released_at_us)
WHERE f.partition = v.partition AND f.debtor_id = v.debtor_id AND f.fact_id = v.fact_id
