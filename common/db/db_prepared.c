#include <string.h>

#include "db/db_internal.h"

static void prepared_free(gpointer data)
{
    struct prepared *prepared = data;
    g_free(prepared->name);
    g_free(prepared);
}

GHashTable *prepared_table_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, prepared_free);
}

static struct prepared *prepared_add(GHashTable *table, const struct db_statement *statement,
                                     const struct db_args *args)
{
    struct prepared *prepared = g_new0(struct prepared, 1);
    prepared->name = g_strdup(statement->name);
    prepared->n_types = args->n;
    for (size_t i = 0; i < args->n; i++)
        prepared->types[i] = args->arg[i].oid;
    (void)g_hash_table_insert(table, prepared->name, prepared);
    return prepared;
}

/* The types of the first call are the statement's. Another type later would be read by the server as garbage of the
 * first: binary parameters do not say what they are. */
static enum status check_types(const struct prepared *prepared, const struct db_args *args, struct error *err)
{
    if (prepared->n_types != args->n)
        return error_set(err, STATUS_INTERNAL, "%s: %zu parameters given, %zu before", prepared->name, args->n,
                         prepared->n_types);
    for (size_t i = 0; i < args->n; i++)
        if (prepared->types[i] != args->arg[i].oid)
            return error_set(err, STATUS_INTERNAL, "%s: parameter $%zu is %s, was %s before", prepared->name, i + 1,
                             db_type_name_of_oid(args->arg[i].oid), db_type_name_of_oid(prepared->types[i]));
    return STATUS_OK;
}

enum status prepared_find(GHashTable *table, const struct db_statement *statement, const struct db_args *args,
                          struct prepared **ret_prepared, struct error *err)
{
    struct prepared *prepared = g_hash_table_lookup(table, statement->name);
    if (prepared == NULL)
        prepared = prepared_add(table, statement, args);
    enum status st = check_types(prepared, args, err);
    if (st == STATUS_OK)
        *ret_prepared = prepared;
    return st;
}

static gboolean is_unready(gpointer name, gpointer value, gpointer context)
{
    (void)name;
    (void)context;
    return ((const struct prepared *)value)->state != PREPARED_READY;
}

void prepared_forget_unready(GHashTable *table)
{
    (void)g_hash_table_foreach_remove(table, is_unready, NULL);
}
