-- Facts that count no more, of whatever kind. $1 to $3: arrays of the same length: partition, debtor, fact. Through the primary key.
DELETE FROM correspondence.language AS l
USING unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS k (partition, debtor_id, fact_id)
WHERE l.partition = k.partition AND l.debtor_id = k.debtor_id AND l.fact_id = k.fact_id
