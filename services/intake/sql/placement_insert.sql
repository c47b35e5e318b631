-- Opens a placement. $1 partition, $2 id, $3 agency, $4 kind, $5 stage, $6 file name, $7 file hash, $8 size, $9 mapping name, $10 mapping, $11 mapping hash, $12 header,
-- $13 batch rows, $14 control count, $15 control sum, $16 now. One row inserted, or none where it is open already.
INSERT INTO intake.placement (partition, placement_id, agency_id, kind, stage, file_name, file_hash, file_size_bytes, mapping_name, mapping, mapping_hash, header, batch_rows,
                              control_count, control_minor, opened_at_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT DO NOTHING
