#ifndef DUNLIN_TESTS_SUPPORT_UNIT_RUN_H
#define DUNLIN_TESTS_SUPPORT_UNIT_RUN_H

#include "service/service_internal.h"
#include "test_database.h"

/* How a test's units of work are run. Two libraries define it, and the one that is linked says what kind of test it is:
 * test_units runs each unit once; test_nth (support/nth) runs it again and again with the n-th call of the database and
 * the n-th allocation failing, for n = 1, 2, 3, ..., and then once unharmed, so that the test goes on as if nothing had
 * happened and its own assertions say that the effect is there once. */

struct unit_run {
    const char *what; /* which kind of unit: "OpenDispute", "AccountPlaced", "timers" */
    const struct test_database *database;
    struct unit_owner *owner; /* its connection is replaced where it was lost, as a worker does */
    struct db **db;           /* the same connection, as the fixture knows it; may be NULL */

    /* The whole unit: begins it, handles, commits or rolls back. Whatever an earlier attempt left is forgotten first;
     * what it took as its input stays as it was. */
    enum status (*attempt)(void *context, struct error *err);
    void *context;
    const struct service_answer *answers; /* what the attempt gave, n_answers of them; NULL where it gives none */
    size_t n_answers;
};

/* What the attempt that counts ended with. OK also where it was committed and the answer to the commit was lost. */
MUST_USE enum status unit_run(const struct unit_run *run, struct error *err);

/* At the end of a program, before its database goes. */
void unit_run_end(const struct service_spec *spec);

#endif
