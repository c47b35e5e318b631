-- Whether there is one of these notices, sent or not. $1 smallint[] partition, $2 uuid[] notice_id, of the same length. One row. Through the primary key.
SELECT EXISTS (
    SELECT FROM unnest($1::smallint[], $2::uuid[]) AS k (partition, notice_id)
    JOIN correspondence.notice n ON n.partition = k.partition AND n.notice_id = k.notice_id) AS is_there
