-- Replies stored for idempotency keys.
-- $1 smallint[] partitions, $2 text service, $3 text[] keys: pairs by position.
-- Rows: position from 1, method, hash of the request (may be null), reply. At most one a pair. Key of platform.request.
-- OFFSET 0: the keys come first in every plan (common/db/README.md).
SELECT asked.position::integer, request.method, request.request_hash, request.reply
FROM unnest($1::smallint[], $3::text[]) WITH ORDINALITY AS asked (partition, idempotency_key, position)
CROSS JOIN LATERAL (
    SELECT r.method, r.request_hash, r.reply
    FROM platform.request AS r
    WHERE r.partition = asked.partition AND r.service = $2 AND r.idempotency_key = asked.idempotency_key
    OFFSET 0) AS request
