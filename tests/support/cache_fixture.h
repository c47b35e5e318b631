#ifndef DUNLIN_TESTS_SUPPORT_CACHE_FIXTURE_H
#define DUNLIN_TESTS_SUPPORT_CACHE_FIXTURE_H

#include <stdlib.h>

#include "cache/cache.h"
#include "test_database.h"

/* The ground of a group that needs a Redis: one of this program's own, empty. Set-up and tear-down of the group. */
struct cache_fixture {
    struct test_database database;
    struct cache *cache;
};

static inline int cache_fixture_open(void **state, const char *program)
{
    struct cache_fixture *fixture = calloc(1, sizeof(*fixture));
    test_database_open(&fixture->database, program);
    const struct cache_options options = {.url = fixture->database.redis_url};
    *state = fixture;
    return cache_new(&options, &fixture->cache, NULL) == STATUS_OK ? 0 : -1;
}

static inline int cache_fixture_close(void **state)
{
    struct cache_fixture *fixture = *state;
    cache_freep(&fixture->cache);
    test_database_close(&fixture->database);
    free(fixture);
    return 0;
}

#endif
