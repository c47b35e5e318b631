#ifndef DUNLIN_INTAKE_STORE_COLUMNS_H
#define DUNLIN_INTAKE_STORE_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "db/db.h"
#include "id/id.h"
#include "status/status.h"

/* What the store's statements have in common: array parameters by the column, $1 partitions, $2 ids. The id helpers
 * also serve other tables keyed by ids. */

/* The arrays of one statement, freed together: SCOPED(store_columns_clear). { 0 } is empty. */
struct store_columns {
    struct db_array *array[16];
    size_t n;
};
void store_columns_clear(struct store_columns *columns);

/* Adds an empty array as the next parameter; lent. */
struct db_array *store_add_column(struct store_columns *columns, enum db_type type);
/* Adds the two arrays that most statements begin with. */
void store_add_ids(struct store_columns *columns, const struct id *ids, size_t n);
void store_add_args(struct db_args *args, const struct store_columns *columns);
MUST_USE enum status store_exec_columns(struct db *db, const struct db_statement *statement,
                                        const struct store_columns *columns, struct db_result **ret_result,
                                        struct error *err);

int16_t store_partition(const struct id *id);

/* For GHashTable keyed by struct id. */
guint store_hash_id(gconstpointer key);
gboolean store_ids_are_equal(gconstpointer a, gconstpointer b);

#endif
