-- Notes which events concern whom. Arrays of equal length, in the order of the columns; a doubled one is one.
INSERT INTO reporting.timeline (partition, subject_id, seq, agency_id)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::integer[])
ON CONFLICT DO NOTHING
