-- Adds to counters; an empty label leaves the label as it is. Arrays of equal length without doubles, in the order of the columns.
INSERT INTO reporting.counter AS c (partition, agency_id, measure, key, currency, n, amount_minor, label)
SELECT * FROM unnest($1::smallint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
ON CONFLICT (partition, agency_id, measure, key, currency) DO UPDATE SET
       n = c.n + EXCLUDED.n, amount_minor = c.amount_minor + EXCLUDED.amount_minor,
       label = CASE WHEN EXCLUDED.label = '' THEN c.label ELSE EXCLUDED.label END
