#include "intake_store_columns.h"

#include <string.h>

int16_t store_partition(const struct id *id)
{
    return (int16_t)id_partition(id);
}

void store_columns_clear(struct store_columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        db_array_free(columns->array[i]);
}

struct db_array *store_add_column(struct store_columns *columns, enum db_type type)
{
    g_assert(columns->n < ARRAY_SIZE(columns->array));
    return columns->array[columns->n++] = db_array_new(type);
}

void store_add_args(struct db_args *args, const struct store_columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        db_arg_array(args, columns->array[i]);
}

void store_add_ids(struct store_columns *columns, const struct id *ids, size_t n)
{
    struct db_array *partitions = store_add_column(columns, DB_INT2);
    struct db_array *values = store_add_column(columns, DB_UUID);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, store_partition(&ids[i]));
        db_array_id(values, &ids[i]);
    }
}

enum status store_exec_columns(struct db *db, const struct db_statement *statement, const struct store_columns *columns,
                               struct db_result **ret_result, struct error *err)
{
    struct db_args args = {0};

    store_add_args(&args, columns);
    return db_exec(db, statement, &args, ret_result, err);
}

guint store_hash_id(gconstpointer key)
{
    guint hash;
    memcpy(&hash, ((const struct id *)key)->bytes, sizeof(hash));
    return hash;
}

gboolean store_ids_are_equal(gconstpointer a, gconstpointer b)
{
    return id_equal(a, b);
}
