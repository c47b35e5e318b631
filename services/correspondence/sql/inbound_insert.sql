-- Something that came in. $1 partition, $2 id, $3 channel, $4 contact point, $5 debtor, $6 permit, $7 text, $8 opt-out, $9 business time when it came, $10 how many messages of a debtor are facts in $11 us,
-- $12 agency. One row: when it came first, whether it is a fact, whether it is new. Through the primary key and inbound_of_debtor.
WITH taken AS (
    INSERT INTO correspondence.inbound (partition, inbound_id, channel, contact_point_id, debtor_id, agency_id, permit_id, text, is_opt_out, is_fact, received_at_us)
    SELECT $1::smallint, $2::uuid, $3::smallint, $4::uuid, $5::uuid, $12::integer, $6::uuid, $7::text, $8::boolean, NOT $8 AND $5 IS NOT NULL AND (
               SELECT count(*) FROM correspondence.inbound b WHERE b.partition = $1 AND b.debtor_id = $5 AND b.is_fact AND b.received_at_us > $9::bigint - $11::bigint) < $10::integer, $9
    ON CONFLICT (inbound_id, partition) DO NOTHING
    RETURNING received_at_us, is_fact
)
SELECT t.received_at_us, t.is_fact, true AS is_new FROM taken t
UNION ALL
SELECT i.received_at_us, i.is_fact, false FROM correspondence.inbound i WHERE i.partition = $1 AND i.inbound_id = $2
