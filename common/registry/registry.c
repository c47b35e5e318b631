#include "registry/registry.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "registry/registry_entry.h"

enum status registry_announce(struct cache *cache, const struct instance *instance, struct error *err)
{
    g_assert(instance->service[0] != '\0' && instance->id[0] != '\0');
    char *text = NULL;
    enum status st = registry_entry_write(instance, &text, err);
    if (st == STATUS_OK) {
        char key[REGISTRY_KEY_SIZE];
        st = cache_set(cache, registry_key(instance, key), text, strlen(text), REGISTRY_TTL_MS, err);
        /* A Redis without memory refuses values: the entry that stands there says the same, but for a draining's state,
         * and must not die meanwhile. */
        if (st == STATUS_RESOURCE_EXHAUSTED && cache_extend(cache, key, REGISTRY_TTL_MS, NULL) == STATUS_OK)
            st = STATUS_OK;
    }
    free(text);
    return st == STATUS_OK ? st : error_wrap(err, st, "announce instance '%s'", instance->id);
}

enum status registry_withdraw(struct cache *cache, const struct instance *instance, struct error *err)
{
    char key[REGISTRY_KEY_SIZE];
    enum status st = cache_delete(cache, registry_key(instance, key), err);
    return st == STATUS_OK ? st : error_wrap(err, st, "withdraw instance '%s'", instance->id);
}

static int compare_instances(const void *a, const void *b)
{
    const struct instance *x = a;
    const struct instance *y = b;
    int order = strcmp(x->service, y->service);
    return order != 0 ? order : strcmp(x->id, y->id);
}

static struct roster *roster_of_entries(const struct cache_entry *entries, size_t n)
{
    struct roster *roster = g_new0(struct roster, 1);
    roster->instances = g_new0(struct instance, n);
    for (size_t i = 0; i < n; i++) {
        if (registry_entry_read(entries[i].key, entries[i].value, &roster->instances[roster->n]))
            roster->n++;
    }
    if (roster->n > 0)
        qsort(roster->instances, roster->n, sizeof(*roster->instances), compare_instances);
    return roster;
}

enum status registry_read(struct cache *cache, struct roster **ret_roster, struct error *err)
{
    struct cache_entry *entries = NULL;
    size_t n = 0;
    enum status st = cache_scan(cache, REGISTRY_KEY_PREFIX, &entries, &n, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read who is alive");
    *ret_roster = roster_of_entries(entries, n);
    cache_entries_free(entries, n);
    return STATUS_OK;
}
