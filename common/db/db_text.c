#include <string.h>

#include "db/db_internal.h"

static enum status take_text_result(struct db *db, const PGresult *result, const char *what, enum status failure,
                                    struct error *err)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return failure;
    case PGRES_FATAL_ERROR:
        return failure != STATUS_OK ? failure : db_fail_result(db, result, what, err);
    default:
        return db_fail_protocol(db, what, "COPY cannot run here", err);
    }
}

enum status db_drain(struct db *db, struct monotonic deadline, const char *what, char *ret_tag, size_t tag_size,
                     struct error *err)
{
    enum status failure = STATUS_OK;
    for (;;) {
        SCOPED(db_pg_clearp) PGresult *result = NULL;
        enum status st = db_next_result(db, deadline, what, &result, err);
        if (st != STATUS_OK)
            return st;
        if (result == NULL)
            return failure;
        if (ret_tag != NULL)
            (void)g_strlcpy(ret_tag, PQcmdStatus(result), tag_size);
        failure = take_text_result(db, result, what, failure, err);
        if (!db_is_alive(db))
            return failure;
    }
}

enum status db_run_text(struct db *db, const char *what, const char *sql, char *ret_tag, size_t tag_size,
                        struct error *err)
{
    enum status st = db_check_alive(db, what, err);
    if (st != STATUS_OK)
        return st;
    if (PQsendQuery(db->conn, sql) != 1)
        return db_fail_connection(db, what, err);
    return db_drain(db, db_deadline(db), what, ret_tag, tag_size, err);
}

enum status db_begin_now(struct db *db, struct error *err)
{
    if (!db->is_begin_due)
        return STATUS_OK;
    enum status st = db_run_text(db, "begin", DB_BEGIN_TEXT, NULL, 0, err);
    if (st == STATUS_OK)
        db->is_begin_due = false;
    return st;
}

enum status db_exec_script(struct db *db, const char *sql, struct error *err)
{
    enum status st = db_begin_now(db, err);
    return st == STATUS_OK ? db_run_text(db, "script", sql, NULL, 0, err) : st;
}

enum status db_role_set_password(struct db *db, const char *role, const char *password, struct error *err)
{
    enum status st = db_check_alive(db, "set password", err);
    if (st != STATUS_OK)
        return st;
    /* Hashed here: the password itself reaches neither the wire nor the server's log. */
    char *secret = PQencryptPasswordConn(db->conn, password, role, "scram-sha-256");
    if (secret == NULL)
        return error_set(err, STATUS_INTERNAL, "set password of role %s: libpq cannot hash it", role);
    char *literal = PQescapeLiteral(db->conn, secret, strlen(secret));
    char *identifier = PQescapeIdentifier(db->conn, role, strlen(role));
    PQfreemem(secret);
    if (literal == NULL || identifier == NULL) {
        st = error_set(err, STATUS_INVALID_ARGUMENT, "set password of role %s: not UTF-8", role);
    } else {
        g_autofree char *sql = g_strdup_printf("ALTER ROLE %s PASSWORD %s", identifier, literal);
        st = db_exec_script(db, sql, err);
        if (st != STATUS_OK)
            st = error_wrap(err, st, "set password of role %s", role);
    }
    PQfreemem(literal);
    PQfreemem(identifier);
    return st;
}
