#include "db/db_columns.h"

#include <assert.h>

struct db_array *db_columns_add(struct db_columns *columns, enum db_type type)
{
    assert(columns->n < ARRAY_SIZE(columns->column));
    return columns->column[columns->n++] = db_array_new(type);
}

void db_columns_add_all(struct db_columns *columns, const enum db_type *types, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)db_columns_add(columns, types[i]);
}

void db_columns_fini(struct db_columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        db_array_free(columns->column[i]);
    columns->n = 0;
}

size_t db_columns_rows(const struct db_columns *columns)
{
    return columns->n > 0 ? db_array_length(columns->column[0]) : 0;
}

void db_columns_args(const struct db_columns *columns, struct db_args *args)
{
    for (size_t i = 0; i < columns->n; i++)
        db_arg_array(args, columns->column[i]);
}

void db_columns_bind(const struct db_columns *columns, const struct db_statement *statement, struct db_call *call)
{
    *call = (struct db_call){.statement = statement};
    db_columns_args(columns, &call->args);
}

enum status db_columns_exec(struct db *db, const struct db_statement *statement, const struct db_columns *columns,
                            struct db_result **ret_result, struct error *err)
{
    struct db_args args = {0};

    db_columns_args(columns, &args);
    return db_exec(db, statement, &args, ret_result, err);
}

enum status db_columns_copy(struct db *db, const struct db_statement *statement, const struct db_columns *columns,
                            struct error *err)
{
    if (db_columns_rows(columns) == 0)
        return STATUS_OK;
    return db_copy_in(db, statement, (const struct db_array *const *)columns->column, columns->n, err);
}

void db_columns_add_keys(struct db_columns *columns)
{
    (void)db_columns_add(columns, DB_INT2);
    (void)db_columns_add(columns, DB_UUID);
}

void db_columns_push_key(const struct db_columns *columns, const struct id *id)
{
    db_array_int2(columns->column[0], (int16_t)id_partition(id));
    db_array_id(columns->column[1], id);
}

void db_columns_push_ids(const struct db_columns *columns, const struct id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        db_columns_push_key(columns, &ids[i]);
}

void db_columns_push_id_set(const struct db_columns *columns, GHashTable *ids)
{
    GHashTableIter iter;
    gpointer id = NULL;

    g_hash_table_iter_init(&iter, ids);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        db_columns_push_key(columns, id);
}

void db_writes_init(struct db_columns *columns, const struct db_write *writes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        columns[i] = (struct db_columns){0};
        db_columns_add_all(&columns[i], writes[i].types, writes[i].n_types);
    }
}

void db_writes_fini(struct db_columns *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        db_columns_fini(&columns[i]);
}

static enum status run_copies(struct db *db, const struct db_write *writes, const struct db_columns *columns, size_t n,
                              struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n && st == STATUS_OK; i++)
        if (writes[i].is_copy)
            st = db_columns_copy(db, writes[i].statement, &columns[i], err);
    return st;
}

/* The calls of the other writes that have rows; returns how many. */
static size_t bind_writes(const struct db_write *writes, const struct db_columns *columns, size_t n,
                          struct db_call calls[static DB_WRITES_MAX], size_t rows[static DB_WRITES_MAX])
{
    size_t n_calls = 0;

    assert(n <= DB_WRITES_MAX);
    for (size_t i = 0; i < n; i++) {
        rows[n_calls] = db_columns_rows(&columns[i]);
        if (rows[n_calls] > 0 && !writes[i].is_copy)
            db_columns_bind(&columns[i], writes[i].statement, &calls[n_calls++]);
    }
    return n_calls;
}

/* Each call wrote each of its rows. */
static enum status check_written(const struct db_call *calls, const size_t *rows, size_t n_calls, struct error *err)
{
    for (size_t i = 0; i < n_calls; i++)
        if (db_affected(calls[i].result) != (int64_t)rows[i])
            return error_set(err, STATUS_ABORTED, "%s: %lld rows of %zu: another instance has written them",
                             calls[i].statement->name, (long long)db_affected(calls[i].result), rows[i]);
    return STATUS_OK;
}

static enum status run_writes(struct db *db, const struct db_write *writes, const struct db_columns *columns, size_t n,
                              bool must_write_all, struct error *err)
{
    struct db_call calls[DB_WRITES_MAX];
    size_t rows[DB_WRITES_MAX];
    size_t n_calls = bind_writes(writes, columns, n, calls, rows);

    enum status st = run_copies(db, writes, columns, n, err);
    if (st != STATUS_OK || n_calls == 0)
        return st;
    st = db_exec_pipeline(db, calls, n_calls, err);
    if (st == STATUS_OK && must_write_all)
        st = check_written(calls, rows, n_calls, err);
    db_calls_clear(calls, n_calls);
    return st;
}

enum status db_writes_run(struct db *db, const struct db_write *writes, const struct db_columns *columns, size_t n,
                          struct error *err)
{
    return run_writes(db, writes, columns, n, false, err);
}

enum status db_writes_run_all(struct db *db, const struct db_write *writes, const struct db_columns *columns, size_t n,
                              struct error *err)
{
    return run_writes(db, writes, columns, n, true, err);
}
