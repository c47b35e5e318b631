#include "id/id_table.h"

#include <string.h>

/* The beginning of an id is time or a hash, its end the partition: take the middle, which differs most. */
static guint hash_id(gconstpointer key)
{
    guint hash;

    memcpy(&hash, ((const struct id *)key)->bytes + 9, sizeof(hash));
    return hash;
}

static gboolean equal_ids(gconstpointer a, gconstpointer b)
{
    return id_equal(a, b);
}

GHashTable *id_table_new(GDestroyNotify free_value)
{
    return g_hash_table_new_full(hash_id, equal_ids, g_free, free_value);
}

bool id_table_put(GHashTable *table, const struct id *id, void *value)
{
    return g_hash_table_insert(table, g_memdup2(id, sizeof(*id)), value);
}

GHashTable *id_set_new(void)
{
    return id_table_new(NULL);
}

bool id_set_add(GHashTable *set, const struct id *id)
{
    return !g_hash_table_contains(set, id) && g_hash_table_add(set, g_memdup2(id, sizeof(*id)));
}
