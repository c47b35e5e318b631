#ifndef DUNLIN_CACHE_CACHE_H
#define DUNLIN_CACHE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/status.h"

/* Redis through hiredis: what may be lost at any moment. One connection, one thread.
 *
 * The connection is made on first use and again after any error (hiredis 0.14: after an error its context is dead), at
 * most once in `retry_ms`; in between every call fails at once with UNAVAILABLE. Callers treat that as "nothing known",
 * never as an error of their own work. */
struct cache;

struct cache_options {
    const char *url;            /* redis://[:password@]host:port[/db] or unix:///path/redis.sock; copied */
    int64_t connect_timeout_ms; /* 0: 500 */
    int64_t command_timeout_ms; /* 0: 500 */
    int64_t retry_ms;           /* 0: 1,000 */
};

MUST_USE enum status cache_new(const struct cache_options *options, struct cache **ret_cache,
                               struct error *err); /* INVALID_ARGUMENT: bad URL */
void cache_free(struct cache *cache);
void cache_freep(struct cache **cache);

MUST_USE enum status cache_ping(struct cache *cache, struct error *err);
/* ttl_ms 0: for ever. */
MUST_USE enum status cache_set(struct cache *cache, const char *key, const void *value, size_t len, int64_t ttl_ms,
                               struct error *err);
/* A new time to live for what is there; NOT_FOUND where there is nothing. A server that is full takes this still. */
MUST_USE enum status cache_extend(struct cache *cache, const char *key, int64_t ttl_ms, struct error *err);
/* NOT_FOUND where there is none. *ret_value is NUL-terminated (not counted in *ret_len), owned by the caller: free().
 */
MUST_USE enum status cache_get(struct cache *cache, const char *key, char **ret_value, size_t *ret_len,
                               struct error *err);
MUST_USE enum status cache_delete(struct cache *cache, const char *key, struct error *err);

/* All live members of a group: one key a member, "<prefix><member>", each with its own time to live. */
struct cache_entry {
    char *key;
    char *value;
};
/* SCAN + MGET by prefix; entries that vanish in between are left out. *ret_entries is owned by the caller:
 * cache_entries_free. */
MUST_USE enum status cache_scan(struct cache *cache, const char *prefix, struct cache_entry **ret_entries,
                                size_t *ret_n, struct error *err);
void cache_entries_free(struct cache_entry *entries, size_t n);

#endif
