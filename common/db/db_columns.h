#ifndef DUNLIN_DB_DB_COLUMNS_H
#define DUNLIN_DB_DB_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "db/db.h"
#include "id/id.h"
#include "status/status.h"

/* The arrays of one statement over unnest: one a parameter, $1 first, freed together. { 0 } has none. Values are pushed
 * with db_array_int4(columns.column[2], ...). Bind when all is pushed, and free after the call has been made:
 *     SCOPED(db_columns_fini) struct db_columns columns = { 0 }; */
struct db_columns {
    struct db_array *column[DB_ARGS_MAX];
    size_t n;
};

/* Adds empty arrays as the next parameters; the first gives the new array, lent. */
struct db_array *db_columns_add(struct db_columns *columns, enum db_type type);
void db_columns_add_all(struct db_columns *columns, const enum db_type *types, size_t n);
void db_columns_fini(struct db_columns *columns);

/* Values in the first array. */
size_t db_columns_rows(const struct db_columns *columns);

/* Adds the arrays to the parameters; they are borrowed. */
void db_columns_args(const struct db_columns *columns, struct db_args *args);

/* `call` becomes the statement with these parameters; others may be added behind them. */
void db_columns_bind(const struct db_columns *columns, const struct db_statement *statement, struct db_call *call);

MUST_USE enum status db_columns_exec(struct db *db, const struct db_statement *statement,
                                     const struct db_columns *columns, struct db_result **ret_result,
                                     struct error *err);

/* db_copy_in of the columns; no round trip where they have no rows. */
MUST_USE enum status db_columns_copy(struct db *db, const struct db_statement *statement,
                                     const struct db_columns *columns, struct error *err);

/* Keys: as nearly every statement begins with them, $1 partitions and $2 ids. */
void db_columns_add_keys(struct db_columns *columns);
void db_columns_push_key(const struct db_columns *columns, const struct id *id);
void db_columns_push_ids(const struct db_columns *columns, const struct id *ids, size_t n);
/* All keys of a table or set of ids (id/id_table.h). */
void db_columns_push_id_set(const struct db_columns *columns, GHashTable *ids);

/* What a store writes at the end of a batch: one statement a table. New rows go in by COPY, which takes PostgreSQL half
 * the work of an INSERT from unnest but a round trip of its own; it comes before all statements that are none. */
struct db_write {
    const struct db_statement *statement;
    const enum db_type *types;
    size_t n_types;
    bool is_copy; /* the statement is for db_copy_in */
};
#define DB_WRITES_MAX 16

/* `columns` has n places: empty arrays for each write, which db_writes_fini frees. */
void db_writes_init(struct db_columns *columns, const struct db_write *writes, size_t n);
void db_writes_fini(struct db_columns *columns, size_t n);

/* Runs those that have rows, in order: each COPY, then the others in one round trip; none where nothing was pushed. */
MUST_USE enum status db_writes_run(struct db *db, const struct db_write *writes, const struct db_columns *columns,
                                   size_t n, struct error *err);

/* The same where each statement writes each of its rows or has lost a race: fails with ABORTED where one did not. */
MUST_USE enum status db_writes_run_all(struct db *db, const struct db_write *writes, const struct db_columns *columns,
                                       size_t n, struct error *err);

#endif
