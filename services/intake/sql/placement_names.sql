-- File names of placements. $1 partitions, $2 ids.
SELECT p.placement_id, p.file_name
FROM unnest($1::smallint[], $2::uuid[]) AS wanted (partition, placement_id)
JOIN intake.placement AS p USING (partition, placement_id)
