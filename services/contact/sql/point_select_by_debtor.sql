-- Contact points of persons.
-- $1 partitions, $2 debtor ids (unnested together). Any number of rows. Key of contact_point.
-- Columns as in point_select_by_account.sql.
SELECT p.debtor_id, p.contact_point_id, p.kind, p.value, p.zones, p.is_opted_out, p.is_wrong
FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
JOIN contact.contact_point AS p ON p.partition = k.partition AND p.debtor_id = k.id
