#include "bus/bus_internal.h"

#include <string.h>

#include "cache/cache.h"
#include "clock/clock.h"

#define ROSTER_AGE_MS 1000

static void free_link(void *link)
{
    bus_link_free(link);
}

enum status bus_client_new(const struct bus_client_options *options, struct bus_client **ret_client, struct error *err)
{
    struct cache *cache = NULL;
    const struct cache_options cache_options = {.url = options->redis_url};
    enum status st = cache_new(&cache_options, &cache, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "make a client of the bus");
    struct bus_client *client = g_new0(struct bus_client, 1);
    client->keys = options->keys;
    client->principal = g_strdup(options->principal == NULL ? "" : options->principal);
    client->cache = cache;
    client->links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_link);
    client->poller = zpoller_new(NULL);
    /* A signal is the service's business; a call has its deadline. */
    zpoller_set_nonstop(client->poller, true);
    *ret_client = client;
    return STATUS_OK;
}

void bus_client_free(struct bus_client *client)
{
    if (client == NULL)
        return;
    zpoller_destroy(&client->poller);
    g_hash_table_destroy(client->links);
    roster_free(client->roster);
    cache_free(client->cache);
    g_free(client->principal);
    g_free(client);
}

void bus_client_freep(struct bus_client **client)
{
    bus_client_free(*client);
    *client = NULL;
}

static void stop_polling(struct bus_client *client, struct bus_link *link)
{
    (void)zpoller_remove(client->poller, link->dealer);
    (void)zpoller_remove(client->poller, link->monitor);
}

static bool is_idle(const struct bus_link *link)
{
    return link->n_in_flight == 0 && link->waiting.length == 0;
}

/* An instance that left while it still owes replies keeps its link until it has answered or the connection is lost. */
static void close_links_of_the_gone(struct bus_client *client)
{
    GHashTableIter links;
    void *value;
    g_hash_table_iter_init(&links, client->links);
    while (g_hash_table_iter_next(&links, NULL, &value)) {
        struct bus_link *link = value;
        if (!is_idle(link) || roster_find(client->roster, link->instance_id) != NULL)
            continue;
        stop_polling(client, link);
        g_hash_table_iter_remove(&links);
    }
}

static bool is_usable(const struct bus_link *link, const struct instance *instance)
{
    if (link->is_dead)
        return clock_remaining_ms(link->reopen_at) > 0;
    return !is_idle(link) || strcmp(link->endpoint, instance->rpc_endpoint) == 0;
}

enum status bus_client_link(struct bus_client *client, const struct instance *instance, struct bus_link **ret_link,
                            struct error *err)
{
    struct bus_link *link = g_hash_table_lookup(client->links, instance->id);
    if (link != NULL && is_usable(link, instance)) {
        *ret_link = link;
        return STATUS_OK;
    }
    if (link != NULL) {
        stop_polling(client, link);
        (void)g_hash_table_remove(client->links, instance->id);
    }
    enum status st = bus_link_new(client->keys, instance, &link, err);
    if (st != STATUS_OK)
        return st;
    g_hash_table_insert(client->links, g_strdup(instance->id), link);
    (void)zpoller_add(client->poller, link->dealer);
    (void)zpoller_add(client->poller, link->monitor);
    *ret_link = link;
    return STATUS_OK;
}

/* Right after Redis was wiped nobody is listed, though everybody is there and announces himself within a second. */
static bool looks_wiped(const struct bus_client *client, const struct roster *fresh, struct monotonic now)
{
    return fresh->n == 0 && client->roster != NULL && client->roster->n > 0 &&
           now.us - client->seen_at.us < REGISTRY_TTL_MS * US_PER_MS;
}

void bus_client_refresh(struct bus_client *client, int64_t age_ms)
{
    struct monotonic now = clock_monotonic();
    if (client->has_tried && now.us - client->tried_at.us < age_ms * US_PER_MS)
        return;
    client->has_tried = true;
    SCOPED(roster_freep) struct roster *fresh = NULL;
    client->roster_error = (struct error){0};
    enum status st = registry_read(client->cache, &fresh, &client->roster_error);
    now = clock_monotonic(); /* an unreachable Redis takes its time to fail */
    client->tried_at = now;
    if (st != STATUS_OK || looks_wiped(client, fresh, now))
        return;
    if (fresh->n > 0)
        client->seen_at = now;
    roster_free(client->roster);
    client->roster = TAKE(fresh);
    close_links_of_the_gone(client);
}

void bus_client_expire_roster(struct bus_client *client)
{
    client->has_tried = false;
}

enum status bus_client_roster(struct bus_client *client, const struct roster **ret_roster, struct error *err)
{
    bus_client_refresh(client, ROSTER_AGE_MS);
    if (client->roster == NULL)
        return error_set(err, STATUS_UNAVAILABLE, "find the instances: %s", client->roster_error.text);
    *ret_roster = client->roster;
    return STATUS_OK;
}
