-- $1 partitions, $2 debtors, $3 ids, $4 agencies, $5 kinds, $6 values, $7 phone kinds, $8 zones, $9 placements, $10 lines, $11 now.
INSERT INTO intake.contact_point (partition, debtor_id, contact_point_id, agency_id, kind, value, phone_kind, zones, placement_id, line, added_at_us)
SELECT w.partition, w.debtor_id, w.contact_point_id, w.agency_id, w.kind, w.value, w.phone_kind, w.zones, w.placement_id, w.line, $11::bigint
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::integer[], $5::smallint[], $6::text[], $7::smallint[], $8::text[], $9::uuid[], $10::bigint[])
     AS w (partition, debtor_id, contact_point_id, agency_id, kind, value, phone_kind, zones, placement_id, line)
ON CONFLICT (partition, debtor_id, contact_point_id) DO UPDATE SET zones = excluded.zones
