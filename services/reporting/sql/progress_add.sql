-- Notes how far the log is applied. Arrays of equal length without doubles, in the order of the columns.
INSERT INTO reporting.progress AS p (partition, agency_id, last_seq, as_of_us, events)
SELECT * FROM unnest($1::smallint[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])
ON CONFLICT (partition, agency_id) DO UPDATE SET
       last_seq = greatest(p.last_seq, EXCLUDED.last_seq), as_of_us = greatest(p.as_of_us, EXCLUDED.as_of_us), events = p.events + EXCLUDED.events
