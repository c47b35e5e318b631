-- Writes new persons with their contact points.
-- The columns in their order.
COPY contact.debtor (
    partition, debtor_id, agency_id, holds, point_ids, point_kinds, point_values, point_zones, point_marks)
FROM STDIN (FORMAT binary)
