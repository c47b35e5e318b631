-- Replies stored for idempotency keys.
-- $1 smallint[] partitions, $2 text service, $3 text[] keys: pairs by position.
-- Rows: position from 1, method, hash of the request (may be null), reply. At most one a pair. Key of platform.request.
SELECT asked.position::integer, request.method, request.request_hash, request.reply
FROM unnest($1::smallint[], $3::text[]) WITH ORDINALITY AS asked (partition, idempotency_key, position)
JOIN platform.request AS request
  ON request.partition = asked.partition AND request.service = $2 AND request.idempotency_key = asked.idempotency_key
