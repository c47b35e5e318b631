#ifndef DUNLIN_EVENTLOG_EVENTLOG_BATCH_H
#define DUNLIN_EVENTLOG_EVENTLOG_BATCH_H

#include "eventlog/arena.h"
#include "eventlog/eventlog.h"

/* A batch with room for `n` zeroed events. Their texts and payloads are not copied: they stay where they were read, in
 * `result` or in `arena`, which the batch takes over (*result and *arena become NULL). Either may be NULL. */
struct eventlog_batch *eventlog_batch_new(size_t n, struct db_result **result, struct arena **arena);

/* A smallint[] of the partitions; owned by the caller. */
struct db_array *eventlog_partition_array(const uint16_t *partitions, size_t n);

#endif
