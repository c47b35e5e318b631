#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_FAILURE_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_FAILURE_H

#include "nth_database.h"
#include "nth_digest.h"
#include "unit_run.h"

/* Attempts a unit with one failure, and looks at what came of it. What is wrong ends the program. */

struct nth_unit {
    const struct unit_run *run;
    struct digest *digest;
    const char *before;  /* what the database holds */
    enum status natural; /* what the unit ends with unharmed */
};

/* What the unit makes on a new connection, on which nothing is prepared. */
struct nth_size {
    size_t calls, statements, allocations;
};

/* How an attempt ended of which an allocation failed. */
enum nth_ending {
    NTH_ENDING_UNHARMED, /* it never asked for that many */
    NTH_ENDING_COPED,    /* what failed was not needed: the unit was to be committed as always */
    NTH_ENDING_ERROR,    /* an error came back, and the same process could do the unit then */
    NTH_ENDING_DIED,     /* GLib ended the process */
    NTH_ENDINGS,
};

/* Not fail_msg: what a unit left behind in its caller by longjmp would be every later unit's leak. */
_Noreturn void nth_give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Of one session after another, each waits here until the one before is gone from the server, with its locks. */
MUST_USE enum status nth_wait_for_former(const struct unit_run *run, struct error *err);

/* To be asked before allocations of the unit fail: what it comes to unharmed is remembered, to be compared. */
struct nth_size nth_measure(const struct nth_unit *unit);

/* False where the unit makes less than n calls. */
bool nth_fail_call(const struct nth_unit *unit, enum nth_failure failure, size_t n);

/* `stays_out`: all after the n-th fail too. */
enum nth_ending nth_fail_allocation(const struct nth_unit *unit, size_t n, bool stays_out);

/* `after_what`, `n`: what failed, for the message. */
void nth_expect_nothing_happened(const struct nth_unit *unit, const char *after_what, size_t n);

/* The attempt that counts; it counts all the same where the answer to its commit is lost. */
enum status nth_attempt_for_good(const struct unit_run *run, bool loses_answer, struct error *err);

#endif
