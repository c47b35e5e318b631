#include "eventlog/arena.h"

#include <glib.h>
#include <stdalign.h>
#include <stdint.h>

#include "status/scope.h"

#define ALIGNMENT alignof(max_align_t)

struct arena {
    GPtrArray *blocks;
    uint8_t *next; /* free bytes of the last block */
    size_t left;
    size_t block_size;
    size_t budget;
    ProtobufCAllocator allocator;
};

static void *allocate(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void free_nothing(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

struct arena *arena_new(size_t block_size, size_t max_bytes)
{
    struct arena *arena = g_new0(struct arena, 1);
    arena->blocks = g_ptr_array_new_with_free_func(g_free);
    arena->block_size = block_size;
    arena->budget = max_bytes;
    arena->allocator = (ProtobufCAllocator){.alloc = allocate, .free = free_nothing, .allocator_data = arena};
    return arena;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    g_ptr_array_free(arena->blocks, TRUE);
    g_free(arena);
}

void arena_freep(struct arena **arena)
{
    arena_free(TAKE(*arena));
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > arena->budget)
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->budget)
        return NULL;
    arena->budget -= rounded;
    if (rounded > arena->left) {
        arena->left = MAX(rounded, arena->block_size);
        arena->next = g_malloc(arena->left);
        g_ptr_array_add(arena->blocks, arena->next);
    }
    void *piece = arena->next;
    arena->next += rounded;
    arena->left -= rounded;
    return piece;
}

ProtobufCAllocator *arena_allocator(struct arena *arena)
{
    return &arena->allocator;
}
