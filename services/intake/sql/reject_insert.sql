-- $1 partitions, $2 placements, $3 lines, $4 ordinals, $5 agencies, $6 fields, $7 columns, $8 codes, $9 reasons, $10 records.
INSERT INTO intake.reject (partition, placement_id, line, ordinal, agency_id, field, "column", code, reason, record)
SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::smallint[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[])
