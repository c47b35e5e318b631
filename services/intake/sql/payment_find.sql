-- Where payments were reported first. $1 partitions, $2 ids.
SELECT p.payment_id, p.placement_id, p.line
FROM unnest($1::smallint[], $2::uuid[]) AS w (partition, payment_id)
JOIN intake.payment AS p USING (partition, payment_id)
