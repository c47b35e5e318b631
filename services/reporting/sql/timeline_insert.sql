-- Notes which events concern whom. Arrays of equal length, in the order of the columns.
INSERT INTO reporting.timeline (partition, subject_id, first_seq, agency_id, seqs)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::integer[], $5::text[])
