-- Whether the opt-out of one of these contact points was confirmed, or will be, or cannot be. $1 smallint[] partition, $2 uuid[] contact_point_id, of the same length. One row. Through the primary key.
SELECT EXISTS (
    SELECT FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, contact_point_id)
    JOIN correspondence.confirmation c ON c.partition = k.partition AND c.contact_point_id = k.contact_point_id) AS is_confirmed
