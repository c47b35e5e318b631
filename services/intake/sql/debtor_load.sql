-- Loads debtors with their contact points. $1 partitions, $2 ids.
SELECT d.debtor_id, d.name, d.is_natural_person, d.point_kinds, d.point_phone_kinds, d.point_values, d.point_zones
FROM unnest($1::smallint[], $2::uuid[]) AS w (partition, debtor_id)
JOIN intake.debtor AS d USING (partition, debtor_id)
