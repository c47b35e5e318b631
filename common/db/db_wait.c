#include <errno.h>
#include <poll.h>
#include <string.h>

#include "db/db_internal.h"

enum status db_check_alive(const struct db *db, const char *what, struct error *err)
{
    if (db_is_alive(db))
        return STATUS_OK;
    return error_set(err, STATUS_UNAVAILABLE, "%s: the connection was lost before", what);
}

struct monotonic db_deadline(const struct db *db)
{
    return clock_deadline_ms(db->call_timeout_ms);
}

/* Waits for one of `events` and takes in what came, so that a server which waits for us to read goes on to read us. */
static enum status wait_and_read(struct db *db, short events, struct monotonic deadline, const char *what,
                                 struct error *err)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = events};
    if (fd.fd < 0)
        return db_fail_connection(db, what, err);
    int n = poll(&fd, 1, clock_remaining_ms(deadline));
    if (n < 0 && errno != EINTR)
        return db_fail_protocol(db, what, strerror(errno), err);
    if (n == 0 && clock_remaining_ms(deadline) == 0) {
        /* What the server makes of it is not known, and its answer may still come: useless from here on. */
        db->is_alive = false;
        return error_set(err, STATUS_DEADLINE_EXCEEDED, "%s: no answer from PostgreSQL within %" G_GINT64_FORMAT " ms",
                         what, db->call_timeout_ms);
    }
    /* A failure is not reported here: the server's last words may be among what was read, and PQgetResult has them. */
    if (n > 0 && (fd.revents & ~POLLOUT) != 0 && PQconsumeInput(db->conn) == 0)
        db->is_alive = false;
    return STATUS_OK;
}

enum status db_next_result(struct db *db, struct monotonic deadline, const char *what, PGresult **ret_result,
                           struct error *err)
{
    for (;;) {
        int unsent = PQflush(db->conn);
        if (unsent < 0)
            return db_fail_connection(db, what, err);
        if (PQisBusy(db->conn) == 0)
            break;
        if (!db->is_alive)
            return db_fail_connection(db, what, err);
        enum status st = wait_and_read(db, (short)(POLLIN | (unsent > 0 ? POLLOUT : 0)), deadline, what, err);
        if (st != STATUS_OK)
            return st;
    }
    *ret_result = PQgetResult(db->conn);
    return STATUS_OK;
}

enum status db_flush(struct db *db, struct monotonic deadline, const char *what, struct error *err)
{
    for (;;) {
        int unsent = PQflush(db->conn);
        if (unsent == 0)
            return STATUS_OK;
        if (unsent < 0 || !db->is_alive)
            return db_fail_connection(db, what, err);
        enum status st = wait_and_read(db, POLLIN | POLLOUT, deadline, what, err);
        if (st != STATUS_OK)
            return st;
    }
}

void db_pg_clearp(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}
