#include "cache/cache.h"

#include <errno.h>
#include <glib.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "cache/cache_url.h"
#include "clock/clock.h"

#define CONNECT_TIMEOUT_MS 500
#define COMMAND_TIMEOUT_MS 500
#define RETRY_MS           1000

/* One SCAN step asks the server to look at about so many keys: some 0.2 ms in which it does nothing else. */
#define SCAN_STEP_KEYS "1000"
#define MGET_KEYS      500
/* A group is a roster or the like: a few hundred members. More means that a prefix is wrong. */
#define SCAN_MAX_KEYS 100000

struct cache {
    struct cache_url url;
    int64_t connect_timeout_ms;
    int64_t command_timeout_ms;
    int64_t retry_ms;
    redisContext *redis;       /* NULL: not connected */
    struct monotonic retry_at; /* no attempt to connect before */
};

static void reply_freep(redisReply **reply)
{
    if (*reply != NULL)
        freeReplyObject(*reply);
}

static int64_t or_default(int64_t value, int64_t when_zero)
{
    return value > 0 ? value : when_zero;
}

enum status cache_new(const struct cache_options *options, struct cache **ret_cache, struct error *err)
{
    struct cache_url url;
    enum status st = cache_url_parse(options->url, &url, err);
    if (st != STATUS_OK)
        return st;
    struct cache *cache = g_new0(struct cache, 1);
    cache->url = url;
    cache->connect_timeout_ms = or_default(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
    cache->command_timeout_ms = or_default(options->command_timeout_ms, COMMAND_TIMEOUT_MS);
    cache->retry_ms = or_default(options->retry_ms, RETRY_MS);
    *ret_cache = cache;
    return STATUS_OK;
}

static void disconnect(struct cache *cache)
{
    if (cache->redis != NULL)
        redisFree(TAKE(cache->redis));
}

void cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    disconnect(cache);
    cache_url_clear(&cache->url);
    g_free(cache);
}

void cache_freep(struct cache **cache)
{
    cache_free(TAKE(*cache));
}

/* The start of an error reply and what it means to a caller; all others are our bug. */
static const struct {
    const char *prefix;
    enum status code;
} ERROR_CODES[] = {
    {"LOADING", STATUS_UNAVAILABLE},
    {"MASTERDOWN", STATUS_UNAVAILABLE},
    {"READONLY", STATUS_UNAVAILABLE},
    {"BUSY", STATUS_UNAVAILABLE},
    {"MISCONF", STATUS_UNAVAILABLE},
    {"OOM", STATUS_RESOURCE_EXHAUSTED},
    {"ERR max number of clients", STATUS_RESOURCE_EXHAUSTED},
    {"NOAUTH", STATUS_UNAUTHENTICATED},
    {"WRONGPASS", STATUS_UNAUTHENTICATED},
    {"NOPERM", STATUS_PERMISSION_DENIED},
    {"ERR AUTH", STATUS_UNAUTHENTICATED},
    {"ERR invalid password", STATUS_UNAUTHENTICATED},
};

static enum status code_of_error(const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(ERROR_CODES); i++) {
        if (g_str_has_prefix(text, ERROR_CODES[i].prefix))
            return ERROR_CODES[i].code;
    }
    return STATUS_INTERNAL;
}

/* After any error hiredis' context is dead: what is left in its buffers belongs to no request. */
static enum status lose(struct cache *cache, const char *command, const char *why, struct error *err)
{
    char text[160];
    (void)snprintf(text, sizeof(text), "%s", why); /* `why` may live in the context */
    disconnect(cache);
    return error_set(err, STATUS_UNAVAILABLE, "redis %s: %s", command, text);
}

/* hiredis 0.14 writes with write(2), and a server that has gone away would kill the process by SIGPIPE. */
static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static const char *why_io_failed(int error)
{
    /* What a blocking socket says when SO_RCVTIMEO or SO_SNDTIMEO has passed. */
    return error == EAGAIN || error == EWOULDBLOCK ? "no answer in time" : g_strerror(error);
}

/* Sends one command over the open connection and reads its reply. An error reply is an error and leaves the connection
 * as it is. The texts name the command only: keys and values may be somebody's. */
static enum status exchange(struct cache *cache, int argc, const char **argv, const size_t *lens,
                            redisReply **ret_reply, struct error *err)
{
    char *request = NULL;
    int len = redisFormatCommandArgv(&request, argc, argv, lens);
    if (len < 0)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "redis %s: no memory for the command", argv[0]);
    bool is_sent = send_all(cache->redis->fd, request, (size_t)len);
    int error = errno;
    redisFreeCommand(request);
    if (!is_sent)
        return lose(cache, argv[0], why_io_failed(error), err);

    void *raw = NULL;
    if (redisGetReply(cache->redis, &raw) != REDIS_OK)
        return lose(cache, argv[0], cache->redis->err == REDIS_ERR_IO ? why_io_failed(errno) : cache->redis->errstr,
                    err);
    SCOPED(reply_freep) redisReply *reply = raw;
    if (reply->type == REDIS_REPLY_ERROR)
        return error_set(err, code_of_error(reply->str), "redis %s: %s", argv[0], reply->str);
    *ret_reply = TAKE(reply);
    return STATUS_OK;
}

static struct timeval timeval_of_ms(int64_t ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

static enum status log_in(struct cache *cache, struct error *err)
{
    if (cache->url.password != NULL) {
        SCOPED(reply_freep) redisReply *reply = NULL;
        const char *argv[] = {"AUTH", cache->url.password};
        const size_t lens[] = {strlen(argv[0]), strlen(argv[1])};
        enum status st = exchange(cache, 2, argv, lens, &reply, err);
        if (st != STATUS_OK)
            return st;
    }
    if (cache->url.database != 0) {
        SCOPED(reply_freep) redisReply *reply = NULL;
        char database[16];
        (void)snprintf(database, sizeof(database), "%d", cache->url.database);
        const char *argv[] = {"SELECT", database};
        const size_t lens[] = {strlen(argv[0]), strlen(argv[1])};
        return exchange(cache, 2, argv, lens, &reply, err);
    }
    return STATUS_OK;
}

static enum status wrap_where(const struct cache *cache, enum status st, struct error *err)
{
    if (cache->url.path != NULL)
        return error_wrap(err, st, "connect to redis at %s", cache->url.path);
    return error_wrap(err, st, "connect to redis at %s:%d", cache->url.host, cache->url.port);
}

static enum status open_connection(struct cache *cache, struct error *err)
{
    struct timeval timeout = timeval_of_ms(cache->connect_timeout_ms);
    cache->redis = cache->url.path != NULL ? redisConnectUnixWithTimeout(cache->url.path, timeout)
                                           : redisConnectWithTimeout(cache->url.host, cache->url.port, timeout);
    if (cache->redis == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory");
    if (cache->redis->err != 0)
        return error_set(err, STATUS_UNAVAILABLE, "%s", cache->redis->errstr);
    if (redisSetTimeout(cache->redis, timeval_of_ms(cache->command_timeout_ms)) != REDIS_OK)
        return error_set(err, STATUS_UNAVAILABLE, "set the timeout: %s", cache->redis->errstr);
    return log_in(cache, err);
}

static enum status ensure_connected(struct cache *cache, struct error *err)
{
    if (cache->redis != NULL)
        return STATUS_OK;
    if (clock_monotonic().us < cache->retry_at.us)
        return wrap_where(cache, error_set(err, STATUS_UNAVAILABLE, "lost a moment ago, not tried again yet"), err);
    enum status st = open_connection(cache, err);
    /* Counted from the attempt's end: connecting may itself have taken the whole timeout. */
    cache->retry_at = clock_deadline_ms(cache->retry_ms);
    if (st != STATUS_OK) {
        disconnect(cache);
        return wrap_where(cache, st, err);
    }
    return STATUS_OK;
}

static enum status run(struct cache *cache, int argc, const char **argv, const size_t *lens, redisReply **ret_reply,
                       struct error *err)
{
    enum status st = ensure_connected(cache, err);
    if (st != STATUS_OK)
        return st;
    return exchange(cache, argc, argv, lens, ret_reply, err);
}

/* The server answers, but not in the shape that the command has: somebody else's server. */
static enum status refuse_shape(struct cache *cache, const char *command, struct error *err)
{
    return lose(cache, command, "a reply of an unknown shape", err);
}

enum status cache_ping(struct cache *cache, struct error *err)
{
    SCOPED(reply_freep) redisReply *reply = NULL;
    const char *argv[] = {"PING"};
    const size_t lens[] = {strlen(argv[0])};
    return run(cache, 1, argv, lens, &reply, err);
}

enum status cache_set(struct cache *cache, const char *key, const void *value, size_t len, int64_t ttl_ms,
                      struct error *err)
{
    SCOPED(reply_freep) redisReply *reply = NULL;
    char ttl[24];
    (void)snprintf(ttl, sizeof(ttl), "%" PRId64, ttl_ms);
    const char *argv[] = {"SET", key, value, "PX", ttl};
    const size_t lens[] = {3, strlen(key), len, 2, strlen(ttl)};
    return run(cache, ttl_ms > 0 ? 5 : 3, argv, lens, &reply, err);
}

enum status cache_extend(struct cache *cache, const char *key, int64_t ttl_ms, struct error *err)
{
    SCOPED(reply_freep) redisReply *reply = NULL;
    char ttl[24];
    (void)snprintf(ttl, sizeof(ttl), "%" PRId64, ttl_ms);
    const char *argv[] = {"PEXPIRE", key, ttl};
    const size_t lens[] = {strlen(argv[0]), strlen(key), strlen(ttl)};
    enum status st = run(cache, 3, argv, lens, &reply, err);
    if (st != STATUS_OK)
        return st;
    if (reply->type != REDIS_REPLY_INTEGER)
        return refuse_shape(cache, argv[0], err);
    return reply->integer == 1 ? STATUS_OK : error_set(err, STATUS_NOT_FOUND, "redis PEXPIRE: there is no such key");
}

enum status cache_get(struct cache *cache, const char *key, char **ret_value, size_t *ret_len, struct error *err)
{
    SCOPED(reply_freep) redisReply *reply = NULL;
    const char *argv[] = {"GET", key};
    const size_t lens[] = {3, strlen(key)};
    enum status st = run(cache, 2, argv, lens, &reply, err);
    if (st != STATUS_OK)
        return st;
    if (reply->type == REDIS_REPLY_NIL)
        return error_set(err, STATUS_NOT_FOUND, "redis GET: there is no such key");
    if (reply->type != REDIS_REPLY_STRING)
        return refuse_shape(cache, argv[0], err);
    char *value = g_malloc(reply->len + 1);
    memcpy(value, reply->str, reply->len);
    value[reply->len] = '\0';
    *ret_value = value;
    *ret_len = reply->len;
    return STATUS_OK;
}

enum status cache_delete(struct cache *cache, const char *key, struct error *err)
{
    SCOPED(reply_freep) redisReply *reply = NULL;
    const char *argv[] = {"DEL", key};
    const size_t lens[] = {3, strlen(key)};
    return run(cache, 2, argv, lens, &reply, err);
}

/* The glob that matches exactly the keys which begin with `prefix`. */
static char *pattern_of_prefix(const char *prefix)
{
    GString *pattern = g_string_new(NULL);
    for (const char *c = prefix; *c != '\0'; c++) {
        if (strchr("*?[]\\", *c) != NULL)
            g_string_append_c(pattern, '\\');
        g_string_append_c(pattern, *c);
    }
    g_string_append_c(pattern, '*');
    return g_string_free(pattern, FALSE);
}

static bool is_scan_reply(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && reply->element[0]->type == REDIS_REPLY_STRING &&
           reply->element[1]->type == REDIS_REPLY_ARRAY;
}

static enum status scan_keys(struct cache *cache, const char *pattern, GPtrArray *keys, struct error *err)
{
    g_autofree char *cursor = g_strdup("0");
    do {
        SCOPED(reply_freep) redisReply *reply = NULL;
        const char *argv[] = {"SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_STEP_KEYS};
        const size_t lens[] = {4, strlen(cursor), 5, strlen(pattern), 5, strlen(SCAN_STEP_KEYS)};
        enum status st = run(cache, ARRAY_SIZE(argv), argv, lens, &reply, err);
        if (st != STATUS_OK)
            return st;
        if (!is_scan_reply(reply))
            return refuse_shape(cache, argv[0], err);
        const redisReply *found = reply->element[1];
        for (size_t i = 0; i < found->elements; i++) {
            if (found->element[i]->type != REDIS_REPLY_STRING)
                return refuse_shape(cache, argv[0], err);
            g_ptr_array_add(keys, g_strdup(found->element[i]->str));
        }
        if (keys->len > SCAN_MAX_KEYS)
            return error_set(err, STATUS_RESOURCE_EXHAUSTED, "redis SCAN: more than %d keys", SCAN_MAX_KEYS);
        g_free(cursor);
        cursor = g_strdup(reply->element[0]->str);
    } while (strcmp(cursor, "0") != 0);
    return STATUS_OK;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* SCAN may give a key more than once. */
static void sort_and_drop_doubles(GPtrArray *keys)
{
    g_ptr_array_sort(keys, compare_keys);
    for (guint i = keys->len; i-- > 1;) {
        if (strcmp(keys->pdata[i], keys->pdata[i - 1]) == 0)
            g_ptr_array_remove_index(keys, i);
    }
}

static void clear_entry(void *entry)
{
    struct cache_entry *e = entry;
    g_free(e->key);
    g_free(e->value);
}

/* Adds those of keys[0..n) that still have a value. */
static enum status get_values(struct cache *cache, char *const *keys, size_t n, GArray *entries, struct error *err)
{
    g_autofree const char **argv = g_new(const char *, n + 1);
    g_autofree size_t *lens = g_new(size_t, n + 1);
    argv[0] = "MGET";
    lens[0] = 4;
    for (size_t i = 0; i < n; i++) {
        argv[i + 1] = keys[i];
        lens[i + 1] = strlen(keys[i]);
    }
    SCOPED(reply_freep) redisReply *reply = NULL;
    enum status st = run(cache, (int)(n + 1), argv, lens, &reply, err);
    if (st != STATUS_OK)
        return st;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != n)
        return refuse_shape(cache, argv[0], err);
    for (size_t i = 0; i < n; i++) {
        if (reply->element[i]->type != REDIS_REPLY_STRING)
            continue;
        struct cache_entry entry = {.key = g_strdup(keys[i]), .value = g_strdup(reply->element[i]->str)};
        g_array_append_val(entries, entry);
    }
    return STATUS_OK;
}

enum status cache_scan(struct cache *cache, const char *prefix, struct cache_entry **ret_entries, size_t *ret_n,
                       struct error *err)
{
    g_autofree char *pattern = pattern_of_prefix(prefix);
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    enum status st = scan_keys(cache, pattern, keys, err);
    if (st != STATUS_OK)
        return st;
    sort_and_drop_doubles(keys);

    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(struct cache_entry));
    g_array_set_clear_func(entries, clear_entry);
    for (size_t at = 0; at < keys->len; at += MGET_KEYS) {
        st = get_values(cache, (char *const *)keys->pdata + at, MIN(MGET_KEYS, keys->len - at), entries, err);
        if (st != STATUS_OK)
            return st;
    }
    *ret_entries = (struct cache_entry *)(void *)g_array_steal(entries, ret_n);
    return STATUS_OK;
}

void cache_entries_free(struct cache_entry *entries, size_t n)
{
    for (size_t i = 0; i < n; i++)
        clear_entry(&entries[i]);
    g_free(entries);
}
