-- Sets every cursor that an instance owns back to the beginning, with the next epoch, and forgets what is parked there: it is met again.
-- $1 text consumer, $2 text instance id. Rows: the partitions, in no order.
-- Index: cursor_pkey, parked_pkey. The owner's units that are under way hold the old epoch: their commits move no cursor and so are undone.
WITH held AS MATERIALIZED (
    SELECT c.partition
    FROM log.cursor AS c
    WHERE c.consumer = $1::text AND c.owner = $2::text
    ORDER BY c.partition
    FOR NO KEY UPDATE OF c
), rewound AS (
    UPDATE log.cursor AS c SET seq = 0, epoch = c.epoch + 1
    FROM held
    WHERE c.consumer = $1::text AND c.partition = held.partition
    RETURNING c.partition
), unparked AS (
    DELETE FROM log.parked AS k USING held
    WHERE k.consumer = $1::text AND k.partition = held.partition
)
SELECT rewound.partition FROM rewound
