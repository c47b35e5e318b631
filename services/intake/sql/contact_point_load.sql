-- All contact points of debtors, the oldest first. $1 partitions, $2 debtors. By the beginning of the primary key.
SELECT c.debtor_id, c.contact_point_id, c.kind, c.value, c.phone_kind, c.zones
FROM unnest($1::smallint[], $2::uuid[]) AS w (partition, debtor_id)
JOIN intake.contact_point AS c USING (partition, debtor_id)
ORDER BY c.debtor_id, c.added_at_us, c.placement_id, c.line, c.contact_point_id
