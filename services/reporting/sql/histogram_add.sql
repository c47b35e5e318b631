-- Adds to histograms. Arrays of equal length without doubles, in the order of the columns.
INSERT INTO reporting.histogram AS h (partition, agency_id, span, bucket, n, max)
SELECT * FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
ON CONFLICT (partition, agency_id, span, bucket) DO UPDATE SET n = h.n + EXCLUDED.n, max = greatest(h.max, EXCLUDED.max)
