#ifndef DUNLIN_ID_ID_TABLE_H
#define DUNLIN_ID_ID_TABLE_H

#include <stdbool.h>

#include <glib.h>

#include "id/id.h"

/* GHashTables keyed by struct id. A table keeps copies of its keys, so that a value may be NULL, and may come and go
 * under its key. Look up, count and iterate with GLib's own functions; a key is a const struct id *. */

/* struct id -> value; `free_value` NULL: the values are borrowed. Owned by the caller (g_hash_table_unref). */
GHashTable *id_table_new(GDestroyNotify free_value);

/* Replaces the value that was there. Returns whether there was none. */
bool id_table_put(GHashTable *table, const struct id *id, void *value);

/* The values that are not NULL, in the order of their ids: for tables whose key begins with the id, since what is
 * written together then lies together. Values are lent. Owned by the caller (g_ptr_array_unref). */
GPtrArray *id_table_sorted(GHashTable *table);

/* The same with ids alone; g_hash_table_contains asks. */
GHashTable *id_set_new(void);

/* Returns whether it is new; twice is once. */
bool id_set_add(GHashTable *set, const struct id *id);

#endif
