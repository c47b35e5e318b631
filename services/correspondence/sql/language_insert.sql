-- Languages that debtors asked for. $1 to $6: arrays of the same length, without doubles: partition, debtor, fact, language, business time, number of the event. Nothing where the fact is known.
INSERT INTO correspondence.language (partition, debtor_id, fact_id, language, occurred_at_us, seq)
SELECT k.partition, k.debtor_id, k.fact_id, k.language, k.occurred_at_us, k.seq
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[]) AS k (partition, debtor_id, fact_id, language, occurred_at_us, seq)
ON CONFLICT (debtor_id, fact_id, partition) DO NOTHING
