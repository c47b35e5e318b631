#include <ctype.h>
#include <string.h>

#include "db/db_internal.h"

/* A whole code stands before its class. Classes that are not named are INTERNAL: nothing that we send should meet them.
 */
static const struct sqlstate_row {
    const char *prefix;
    enum status status;
    bool ends_connection;
} SQLSTATES[] = {
    {"08P01", STATUS_INTERNAL,
     false}, /* protocol violation: binary values that are not of the type they were said to be */
    {"08", STATUS_UNAVAILABLE, true},          /* connection exception */
    {"22", STATUS_INVALID_ARGUMENT, false},    /* data exception */
    {"23505", STATUS_ALREADY_EXISTS, false},   /* unique violation */
    {"23P01", STATUS_ALREADY_EXISTS, false},   /* exclusion violation */
    {"23", STATUS_FAILED_PRECONDITION, false}, /* foreign key, check, not null */
    {"25006", STATUS_UNAVAILABLE, true}, /* read-only: a standby, or demoted; another connection may find the primary */
    {"25P03", STATUS_UNAVAILABLE, true}, /* idle in transaction for too long: the server hung up */
    {"26000", STATUS_UNAVAILABLE, true}, /* prepared statement is gone: somebody else used this session */
    {"28", STATUS_PERMISSION_DENIED, false},      /* log-in refused */
    {"3D000", STATUS_FAILED_PRECONDITION, false}, /* no such database */
    {"40", STATUS_ABORTED, false},                /* deadlock, serialisation */
    {"42501", STATUS_PERMISSION_DENIED, false},
    {"44", STATUS_FAILED_PRECONDITION, false},    /* check option of a view */
    {"53100", STATUS_UNAVAILABLE, false},         /* disk full: the transaction is lost, reading may go on */
    {"53300", STATUS_UNAVAILABLE, true},          /* too many connections */
    {"53", STATUS_RESOURCE_EXHAUSTED, false},     /* memory, configured limits */
    {"54", STATUS_INVALID_ARGUMENT, false},       /* over a limit of the server's */
    {"55P03", STATUS_ABORTED, false},             /* lock not available */
    {"55", STATUS_FAILED_PRECONDITION, false},    /* not in the state for it */
    {"57014", STATUS_DEADLINE_EXCEEDED, false},   /* statement timeout, or cancelled */
    {"57", STATUS_UNAVAILABLE, true},             /* shutdown, crash, starting up, database dropped */
    {"58", STATUS_UNAVAILABLE, false},            /* the server's own input and output */
    {"P0001", STATUS_FAILED_PRECONDITION, false}, /* RAISE EXCEPTION */
    {"XX001", STATUS_DATA_LOSS, false},
    {"XX002", STATUS_DATA_LOSS, false},
};

enum status db_status_of_sqlstate(const char *sqlstate, bool *ret_ends_connection)
{
    *ret_ends_connection = false;
    for (size_t i = 0; i < ARRAY_SIZE(SQLSTATES); i++) {
        const struct sqlstate_row *row = &SQLSTATES[i];
        if (strncmp(sqlstate, row->prefix, strlen(row->prefix)) != 0)
            continue;
        *ret_ends_connection = row->ends_connection;
        return row->status;
    }
    return STATUS_INTERNAL;
}

/* libpq's own messages have several lines; the first says it. */
static int first_line_length(const char *message)
{
    return (int)strcspn(message, "\n");
}

enum status db_fail_connection(struct db *db, const char *what, struct error *err)
{
    const char *message = PQerrorMessage(db->conn);
    if (message == NULL || message[0] == '\0')
        message = "connection lost";
    db->is_alive = false;
    return error_set(err, STATUS_UNAVAILABLE, "%s: %.*s", what, first_line_length(message), message);
}

enum status db_fail_protocol(struct db *db, const char *what, const char *detail, struct error *err)
{
    db->is_alive = false;
    return error_set(err, STATUS_INTERNAL, "%s: %s", what, detail);
}

/* A migration under way changed the columns of a statement that this connection had prepared: another connection, which
 * prepares it anew, can run it. The code alone (0A000) would say "not supported" of many other things. */
static bool is_stale_plan(const PGresult *result, const char *sqlstate)
{
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    return strcmp(sqlstate, "0A000") == 0 && function != NULL && strcmp(function, "RevalidateCachedQuery") == 0;
}

/* Two sessions change one row of a catalogue, a role for instance: the server has no code of its own for it. */
static bool is_catalogue_race(const char *sqlstate, const char *message)
{
    return strcmp(sqlstate, "XX000") == 0 &&
           strncmp(message, "tuple concurrently ", strlen("tuple concurrently ")) == 0;
}

enum status db_fail_result(struct db *db, const PGresult *result, const char *what, struct error *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate == NULL) {
        /* Not from the server: libpq lost the connection, or could not make sense of what came. */
        db->is_alive = false;
        message = PQresultErrorMessage(result);
        return error_set(err, STATUS_UNAVAILABLE, "%s: %.*s", what, first_line_length(message), message);
    }
    bool ends_connection = false;
    enum status st = db_status_of_sqlstate(sqlstate, &ends_connection);
    if (message == NULL)
        message = "no message";
    if (is_catalogue_race(sqlstate, message))
        st = STATUS_ABORTED;
    if (is_stale_plan(result, sqlstate)) {
        st = STATUS_UNAVAILABLE;
        ends_connection = true;
    }
    if (ends_connection || PQstatus(db->conn) != CONNECTION_OK)
        db->is_alive = false;
    /* The primary message only: the detail of a violation quotes the row, and rows hold people's data. */
    return error_set(err, st, "%s: %s (SQLSTATE %s)", what, message, sqlstate);
}

/* Finds ":  28P01: " in "connection to server ... failed: FATAL:  28P01: password authentication failed ...", and
 * copies the code. */
static bool find_sqlstate(const char *message, char sqlstate[static 6])
{
    for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 3, ":  ")) {
        const char *code = at + 3;
        size_t len = 0;
        while (len < 5 && (isupper((unsigned char)code[len]) || isdigit((unsigned char)code[len])))
            len++;
        if (len < 5 || code[5] != ':')
            continue;
        memcpy(sqlstate, code, 5);
        sqlstate[5] = '\0';
        return true;
    }
    return false;
}

enum status db_fail_connect(const PGconn *conn, struct error *err)
{
    const char *message = PQerrorMessage(conn);
    char sqlstate[6];
    bool ends_connection;
    enum status st = STATUS_UNAVAILABLE;
    if (find_sqlstate(message, sqlstate))
        st = db_status_of_sqlstate(sqlstate, &ends_connection);
    else if (PQconnectionNeedsPassword(conn) != 0)
        st = STATUS_PERMISSION_DENIED;
    /* Nothing of ours has been said yet. Its disk is full, for instance: XX000, "could not write init file". */
    if (st == STATUS_INTERNAL)
        st = STATUS_UNAVAILABLE;
    return error_set(err, st, "connect to PostgreSQL: %.*s", first_line_length(message), message);
}
