#ifndef DUNLIN_DB_DB_H
#define DUNLIN_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"
#include "status/status.h"

/* PostgreSQL through libpq. One connection, one thread: a struct db is never shared.
 *
 * Every statement is a file under sql/, embedded at build and prepared on first use under its own name. Parameters and
 * results are binary. Every call has a deadline, because libpq has none for a query in flight: the connection is
 * non-blocking inside and waited for with poll; after a missed deadline it is dead.
 *
 * Errors, mapped once from SQLSTATE: UNAVAILABLE (connection lost, server starting, in recovery or read-only, its disk
 * full, all its connections taken), ABORTED
 * (deadlock, serialisation failure), ALREADY_EXISTS (unique violation), FAILED_PRECONDITION (foreign key, check, not
 * null), INVALID_ARGUMENT (data exceptions, class 22), RESOURCE_EXHAUSTED (class 53), DEADLINE_EXCEEDED (statement
 * timeout), PERMISSION_DENIED (42501, class 28), INTERNAL (other class 42: our bug). The text names the statement and
 * the server's message. */
struct db_statement {
    const char *name; /* "intake.account_insert"; "": prepared for the one call and not kept (administration) */
    const char *sql;
};

struct db_migration {
    int number; /* 0 ends a list */
    const char *name;
    const char *sql;
};

struct db_options {
    const char *url;              /* libpq URL or conninfo; borrowed during db_open */
    const char *user;             /* role to connect as; NULL: what the URL says */
    const char *password;         /* NULL: none, or from the URL */
    const char *application;      /* shown in pg_stat_activity */
    int64_t connect_timeout_ms;   /* 0: 5,000 */
    int64_t statement_timeout_ms; /* of every call, on both sides; 0: 30,000 */
    /* Every statement finds its rows by a key. The planner, which knows nothing yet of a table that fills just now, is
     * kept from plans that read it whole, and that a connection would keep for its prepared statements. */
    bool is_keyed;
};

struct db;
struct db_result;

MUST_USE enum status db_open(const struct db_options *options, struct db **ret_db, struct error *err);
void db_close(struct db *db);
void db_closep(struct db **db);

/* False once the connection is lost or a deadline was missed: close it and open another. */
bool db_is_alive(const struct db *db);

#define DB_ARGS_MAX 40

enum db_type {
    DB_BOOL,
    DB_INT2,
    DB_INT4,
    DB_INT8,
    DB_TEXT,
    DB_BYTEA,
    DB_UUID,
    DB_ARRAY, /* only of a column for db_copy_in whose values are arrays themselves; no parameter is */
};

/* A one-dimensional array parameter, for unnest. Grows as values are pushed; all arrays of one unnest must have the
 * same length. */
struct db_array;
struct db_array *db_array_new(enum db_type type);
void db_array_free(struct db_array *array);
void db_array_freep(struct db_array **array);
size_t db_array_length(const struct db_array *array);
/* Empty again, for other values. */
void db_array_clear(struct db_array *array);
/* Each asserts that it fits the array's type. db_array_text(a, NULL), db_array_bytes(a, NULL, 0), db_array_id(a, NULL
 * or none) push NULL. */
void db_array_null(struct db_array *array);
void db_array_bool(struct db_array *array, bool value);
void db_array_int2(struct db_array *array, int16_t value);
void db_array_int4(struct db_array *array, int32_t value);
void db_array_int8(struct db_array *array, int64_t value);
void db_array_text(struct db_array *array, const char *value);
void db_array_bytes(struct db_array *array, const void *bytes, size_t len);
void db_array_id(struct db_array *array, const struct id *value);
/* The value as it stands now; NULL pushes NULL. */
void db_array_array(struct db_array *array, const struct db_array *value);

/* The parameters $1, $2, ... of one call, in order. A plain value on the stack: { 0 } is empty. Scalars are copied in;
 * text, bytes and arrays are borrowed until the call has been made. */
struct db_args {
    size_t n;
    struct db_arg {
        uint32_t oid;
        int length;        /* -1: NULL */
        const void *value; /* NULL: `scalar` holds it */
        uint8_t scalar[ID_BYTES];
    } arg[DB_ARGS_MAX];
};

void db_arg_null(struct db_args *args, enum db_type type);
void db_arg_bool(struct db_args *args, bool value);
void db_arg_int2(struct db_args *args, int16_t value);
void db_arg_int4(struct db_args *args, int32_t value);
void db_arg_int8(struct db_args *args, int64_t value);
void db_arg_text(struct db_args *args, const char *value);              /* NULL is NULL */
void db_arg_bytes(struct db_args *args, const void *bytes, size_t len); /* bytes NULL is NULL */
void db_arg_id(struct db_args *args, const struct id *value);           /* NULL or the none id is NULL */
void db_arg_array(struct db_args *args, const struct db_array *array);

/* One statement, one round trip. `args` may be NULL for none; `ret_result` NULL where rows do not matter. Inside or
 * outside a transaction. */
MUST_USE enum status db_exec(struct db *db, const struct db_statement *statement, const struct db_args *args,
                             struct db_result **ret_result, struct error *err);

/* n statements in one round trip (libpq's pipeline mode), in order; stops at the first error, whose statement the text
 * names. The results of all calls are set on success; on failure all stay NULL. Outside a transaction the pipeline is
 * one implicit transaction. */
struct db_call {
    const struct db_statement *statement;
    struct db_args args;
    struct db_result *result; /* out; owned by the caller: db_calls_clear */
};
MUST_USE enum status db_exec_pipeline(struct db *db, struct db_call *calls, size_t n_calls, struct error *err);
void db_calls_clear(struct db_call *calls, size_t n_calls);

/* Text of one or several statements without parameters: migrations, administration. Never with data in it. */
MUST_USE enum status db_exec_script(struct db *db, const char *sql, struct error *err);

/* COPY table (columns) FROM STDIN (FORMAT binary): `statement` holds the COPY command (it is not prepared); the arrays
 * are its columns, all of the same length. */
MUST_USE enum status db_copy_in(struct db *db, const struct db_statement *statement,
                                const struct db_array *const *columns, size_t n_columns, struct error *err);

/* Transactions: READ COMMITTED. The struct is a plain value; SCOPED(db_tx_rollback) makes every way out but commit a
 * rollback:
 *     SCOPED(db_tx_rollback) struct db_tx tx = { 0 };
 *     st = db_tx_begin(db, &tx, err); ... return db_tx_commit(&tx, err);
 * db_tx_commit: DEADLINE_EXCEEDED means that the outcome is unknown (the connection was lost after COMMIT had been
 * sent); every other failure, that nothing was committed. */
struct db_tx {
    struct db *db; /* NULL: not open */
};
MUST_USE enum status db_tx_begin(struct db *db, struct db_tx *tx, struct error *err);
MUST_USE enum status db_tx_commit(struct db_tx *tx, struct error *err);
void db_tx_rollback(struct db_tx *tx);

void db_result_free(struct db_result *result);
void db_result_freep(struct db_result **result);
size_t db_rows(const struct db_result *result);
/* Rows inserted, updated or deleted. */
int64_t db_affected(const struct db_result *result);
/* Columns are counted from 0 in the statement's order; asking for another type than the column has asserts. NULL reads
 * as 0, false, NULL, the none id. Texts and bytes are lent until db_result_free. */
bool db_is_null(const struct db_result *result, size_t row, int column);
bool db_bool(const struct db_result *result, size_t row, int column);
int16_t db_int2(const struct db_result *result, size_t row, int column);
int32_t db_int4(const struct db_result *result, size_t row, int column);
int64_t db_int8(const struct db_result *result, size_t row, int column);
const char *db_text(const struct db_result *result, size_t row, int column);
const uint8_t *db_bytes(const struct db_result *result, size_t row, int column, size_t *ret_len);
struct id db_id(const struct db_result *result, size_t row, int column);

/* An array in a result, read from its first element to its last; NULL reads as one without elements. A plain value;
 * texts are lent until db_result_free. Beyond the last element every call gives 0, an empty text, the none id, and so
 * does an element that is NULL. */
struct db_elements {
    const uint8_t *at;
    size_t n_left;
};
struct db_elements db_elements(const struct db_result *result, size_t row, int column, enum db_type type);
int16_t db_next_int2(struct db_elements *elements);
struct id db_next_id(struct db_elements *elements);
/* Without a NUL at its end. */
const char *db_next_text(struct db_elements *elements, size_t *ret_len);

/* Brings a service's schema to the newest of `migrations`, each in a transaction of its own, under an advisory lock
 * named by the schema, recorded in <schema>.migration (number, name, hash of its text, applied_at, needs). Does nothing
 * where all are applied.
 *
 * Migrations only expand: a program runs with a schema that has more migrations than it knows, so that an old instance
 * may be started again after a new one has migrated. One that takes something away says which is the oldest version
 * that can do without, in a line "-- needs: 0.3.0": older ones are refused. Fails with FAILED_PRECONDITION then, and
 * where an applied migration's text has changed since. */
MUST_USE enum status db_migrate(struct db *db, const char *schema, const struct db_migration *migrations,
                                struct error *err);

/* The same question without a change, for a role that may only read <schema>.migration: OK where all `migrations` are
 * applied, and others only that this version can run with; else FAILED_PRECONDITION. */
MUST_USE enum status db_migrate_check(struct db *db, const char *schema, const struct db_migration *migrations,
                                      struct error *err);

/* Prepares every statement of a NULL-terminated list: says which does not fit the schema. The types of parameters are
 * inferred, so that one which stands where any type may needs a cast in the text (`unnest($1::uuid[])`). Nothing is
 * kept. */
MUST_USE enum status db_prepare_all(struct db *db, const struct db_statement *const *statements, struct error *err);

/* Only the SCRAM verifier, made here, goes over the wire. */
MUST_USE enum status db_role_set_password(struct db *db, const char *role, const char *password, struct error *err);

#endif
