#ifndef DUNLIN_DB_DB_INTERNAL_H
#define DUNLIN_DB_DB_INTERNAL_H

#include <glib.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/db.h"

/* What the files of this module share; nobody else includes it but their tests. */

/* The server's own statement timeout comes first, so that its error arrives and the connection lives on; ours is for a
 * server that no longer answers. */
#define DB_DEADLINE_GRACE_MS 1000

/* A value too long for the protocol: 1 GiB is PostgreSQL's limit of a field. */
#define DB_VALUE_MAX_BYTES ((size_t)0x3fffffff)
#define DB_LENGTH_NULL     (-1)
#define DB_LENGTH_TOO_LONG (-2)

struct db {
    PGconn *conn;
    bool is_alive;
    bool is_begin_due; /* BEGIN travels with the first call of the transaction: one round trip less */
    int64_t call_timeout_ms;
    GHashTable *prepared; /* name -> struct prepared, as this connection knows them */
};

struct db_result {
    PGresult *pg;
};

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_UUID = 2950,
};

struct db_type_info {
    const char *name;
    uint32_t oid;
    uint32_t array_oid;
};
const struct db_type_info *db_type_info(enum db_type type);
const char *db_type_name_of_oid(uint32_t oid);

void db_put_be16(uint8_t *at, uint16_t value);
void db_put_be32(uint8_t *at, uint32_t value);
void db_put_be64(uint8_t *at, uint64_t value);
uint64_t db_get_be(const uint8_t *at, size_t n_bytes);

bool db_array_has_too_long(const struct db_array *array);
/* The elements one after another, each length + value, as COPY wants them too. */
const uint8_t *db_array_elements(const struct db_array *array, size_t *ret_len);

/* Every SQLSTATE has a status. *ret_ends_connection: nothing better can come from this connection. */
enum status db_status_of_sqlstate(const char *sqlstate, bool *ret_ends_connection);

/* From a result of the server, or libpq's own where the connection broke; marks the connection dead where it is. */
enum status db_fail_result(struct db *db, const PGresult *result, const char *what, struct error *err);
enum status db_fail_connection(struct db *db, const char *what, struct error *err);
/* The protocol went where no caller of ours should lead it: our bug, and the connection is dead. */
enum status db_fail_protocol(struct db *db, const char *what, const char *detail, struct error *err);

/* Where the connection could not be made: PQERRORS_VERBOSE text has the SQLSTATE in it. */
enum status db_fail_connect(const PGconn *conn, struct error *err);

MUST_USE enum status db_check_alive(const struct db *db, const char *what, struct error *err);
struct monotonic db_deadline(const struct db *db);
/* The next of PQgetResult, NULL included: sends what is unsent and reads what comes, in turns, until it is there. */
MUST_USE enum status db_next_result(struct db *db, struct monotonic deadline, const char *what, PGresult **ret_result,
                                    struct error *err);
/* Sends all that libpq has buffered. */
MUST_USE enum status db_flush(struct db *db, struct monotonic deadline, const char *what, struct error *err);
void db_pg_clearp(PGresult **result);

/* Simple protocol, several statements allowed. `ret_tag` (NULL: not wanted) gets the last command's tag. */
MUST_USE enum status db_run_text(struct db *db, const char *what, const char *sql, char *ret_tag, size_t tag_size,
                                 struct error *err);
/* Reads all results of a simple query up to its end and keeps the first error. */
MUST_USE enum status db_drain(struct db *db, struct monotonic deadline, const char *what, char *ret_tag,
                              size_t tag_size, struct error *err);
/* Sends a BEGIN that is due, for those who do not go through the pipeline. */
MUST_USE enum status db_begin_now(struct db *db, struct error *err);

enum prepared_state {
    PREPARED_NEW,
    PREPARED_SENT,
    PREPARED_READY,
};

struct prepared {
    char *name;
    enum prepared_state state;
    size_t n_types;
    uint32_t types[DB_ARGS_MAX];
};

GHashTable *prepared_table_new(void);
/* The entry of the statement, new where it has none; INTERNAL where it was prepared with parameters of other types. */
MUST_USE enum status prepared_find(GHashTable *table, const struct db_statement *statement, const struct db_args *args,
                                   struct prepared **ret_prepared, struct error *err);
/* Forgets what the server did not acknowledge. */
void prepared_forget_unready(GHashTable *table);

/* The text of BEGIN: the isolation is said, since a server's default may be another. */
extern const char DB_BEGIN_TEXT[];

#endif
