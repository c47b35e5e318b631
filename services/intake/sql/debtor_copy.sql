-- Writes new debtors with their contact points, in ascending order. The columns in their order.
COPY intake.debtor (partition, debtor_id, agency_id, name, is_natural_person, point_kinds, point_phone_kinds, point_values, point_zones)
FROM STDIN (FORMAT binary)
