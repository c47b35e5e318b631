#include "eventlog/eventlog_batch.h"

#include <glib.h>

struct batch_storage {
    struct eventlog_batch batch;
    struct db_result *result;
    struct arena *arena;
    struct event events[];
};

struct eventlog_batch *eventlog_batch_new(size_t n, struct db_result **result, struct arena **arena)
{
    struct batch_storage *storage = g_malloc0(sizeof(*storage) + n * sizeof(storage->events[0]));
    storage->result = result != NULL ? TAKE(*result) : NULL;
    storage->arena = arena != NULL ? TAKE(*arena) : NULL;
    storage->batch = (struct eventlog_batch){.events = storage->events, .n = n, .storage = storage};
    return &storage->batch;
}

void eventlog_batch_free(struct eventlog_batch *batch)
{
    if (batch == NULL)
        return;
    struct batch_storage *storage = batch->storage;
    db_result_free(storage->result);
    arena_free(storage->arena);
    g_free(storage);
}

void eventlog_batch_freep(struct eventlog_batch **batch)
{
    eventlog_batch_free(TAKE(*batch));
}

struct db_array *eventlog_partition_array(const uint16_t *partitions, size_t n)
{
    struct db_array *array = db_array_new(DB_INT2);
    for (size_t i = 0; i < n; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    return array;
}
