-- Keeps accounts from dial lists while a permit for them is out, or gives them back (0).
-- $1 partitions, $2 account ids, $3 until (unnested together). No rows. Key of account; no indexed column changes.
UPDATE contact.account AS a SET
    reserved_until_us = v.until_us
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[]) AS v (partition, id, until_us)
WHERE a.partition = v.partition AND a.account_id = v.id
