-- Locks those of the debtors that there are, in ascending order, and loads them with their contact points. $1 partitions, $2 ids.
SELECT d.debtor_id, d.name, d.is_natural_person, d.point_kinds, d.point_phone_kinds, d.point_values, d.point_zones
FROM unnest($1::smallint[], $2::uuid[]) AS w (partition, debtor_id)
JOIN intake.debtor AS d USING (partition, debtor_id)
ORDER BY d.partition, d.debtor_id
FOR UPDATE OF d
