#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_DATABASE_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

/* Lets the n-th of common/db's calls of libpq fail, by --wrap at link time. Each thread has its own plan, for one
 * connection at a time. */

enum nth_failure {
    NTH_REFUSED,     /* the call itself says no, as libpq does without memory or with a broken socket */
    NTH_CUT,         /* the connection is cut right before the call, which is then made */
    NTH_TERMINATED,  /* the server ends the session at the statement: 57P01 */
    NTH_SERVER_FULL, /* the statement fails with 53200 */
    NTH_CONFLICT,    /* the statement fails with 40001 */
    NTH_FAILURES,
};

enum nth_commit {
    NTH_COMMIT_PRETENDED, /* ROLLBACK goes in its place and its answer reads as COMMIT's, so that the unit can be
                             attempted again; one that comes after the failure is let through: it must not come */
    NTH_COMMIT_REAL,
    NTH_COMMIT_ANSWER_LOST, /* the server commits, and the connection is cut before its answer is read */
};

/* What happened from nth_database_arm to nth_database_disarm. */
struct nth_seen {
    size_t calls;
    size_t statements; /* of them, those that send a statement: the only ones that the last three failures count */
    size_t executions; /* of them, those of a prepared statement: as many whatever is prepared already */
    bool has_failed;
    const char *failed_call;              /* "PQflush" */
    bool is_commit_sent, has_lost_answer; /* sent: or tried to */
    bool is_after_error; /* the failure came after an error of the server's own, or a rollback: the unit had failed by
                            itself */
};

/* `n` counts from 1; 0: nothing fails. */
void nth_database_arm(enum nth_failure failure, size_t n, enum nth_commit commit);
struct nth_seen nth_database_disarm(void);

/* `look` is called once, before the next commit that is pretended, inside the transaction. */
void nth_database_before_commit(void (*look)(PGconn *conn));

#endif
