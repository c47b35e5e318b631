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

struct entry {
    const struct id *id;
    gpointer value;
};

static gint compare_entries(gconstpointer a, gconstpointer b)
{
    return id_compare(((const struct entry *)a)->id, ((const struct entry *)b)->id);
}

GPtrArray *id_table_sorted(GHashTable *table)
{
    g_autoptr(GArray) entries = g_array_sized_new(FALSE, FALSE, sizeof(struct entry), g_hash_table_size(table));
    GHashTableIter iter;
    gpointer id = NULL, value = NULL;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct entry entry = {.id = id, .value = value};
        if (value)
            g_array_append_val(entries, entry);
    }
    g_array_sort(entries, compare_entries);
    GPtrArray *values = g_ptr_array_sized_new(entries->len);
    for (guint i = 0; i < entries->len; i++)
        g_ptr_array_add(values, g_array_index(entries, struct entry, i).value);
    return values;
}

GHashTable *id_set_new(void)
{
    return id_table_new(NULL);
}

bool id_set_add(GHashTable *set, const struct id *id)
{
    return !g_hash_table_contains(set, id) && g_hash_table_add(set, g_memdup2(id, sizeof(*id)));
}
