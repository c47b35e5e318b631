-- Loads placements and locks them FOR SHARE in ascending order. $1 partitions, $2 ids. At most one row a pair, by the primary key.
SELECT p.placement_id, p.agency_id, p.kind, p.stage, p.file_name, p.file_hash, p.mapping_name, p.mapping, p.header, p.batch_rows, p.control_count, p.control_minor, a.identity_key, p.opened_at_us
FROM unnest($1::smallint[], $2::uuid[]) AS wanted (partition, placement_id)
JOIN intake.placement AS p USING (partition, placement_id)
JOIN platform.agency AS a USING (agency_id)
ORDER BY p.partition, p.placement_id
FOR SHARE OF p
