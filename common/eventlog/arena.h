#ifndef DUNLIN_EVENTLOG_ARENA_H
#define DUNLIN_EVENTLOG_ARENA_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

/* Memory that is given out in pieces and freed as a whole, with an upper bound. One thread. */
struct arena;

/* `block_size`: what is asked from the system at a time. `max_bytes`: what is given out at most. */
struct arena *arena_new(size_t block_size, size_t max_bytes);
void arena_free(struct arena *arena);
void arena_freep(struct arena **arena);

/* Aligned for any type, not zeroed; NULL beyond the bound. */
void *arena_alloc(struct arena *arena, size_t size);

/* For protobuf-c: allocates here, frees nothing. Valid as long as the arena. */
ProtobufCAllocator *arena_allocator(struct arena *arena);

#endif
