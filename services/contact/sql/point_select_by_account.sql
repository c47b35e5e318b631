-- Contact points of the persons whose accounts these are.
-- $1 partitions, $2 account ids (unnested together). Any number of rows. Keys of account and contact_point.
-- Columns as in point_select_by_debtor.sql.
SELECT p.debtor_id, p.contact_point_id, p.kind, p.value, p.zones, p.is_opted_out, p.is_wrong
FROM (SELECT DISTINCT a.partition, a.debtor_id
      FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, id)
      JOIN contact.account AS a ON a.partition = k.partition AND a.account_id = k.id) AS d
JOIN contact.contact_point AS p ON p.partition = d.partition AND p.debtor_id = d.debtor_id
