#include "nth_failure.h"

#include <glib.h>

#include "nth_connection.h"

static const char *const FAILURE_NAMES[] = {[NTH_REFUSED] = "refused",
                                            [NTH_CUT] = "cut",
                                            [NTH_TERMINATED] = "session terminated",
                                            [NTH_SERVER_FULL] = "server full",
                                            [NTH_CONFLICT] = "conflict"};

/* `natural`: what the unit ends with unharmed. */
static bool is_right_status(enum nth_failure failure, const struct nth_seen *seen, enum status st, enum status natural)
{
    static const enum status EXPECTED[] = {[NTH_REFUSED] = STATUS_UNAVAILABLE,
                                           [NTH_CUT] = STATUS_UNAVAILABLE,
                                           [NTH_TERMINATED] = STATUS_UNAVAILABLE,
                                           [NTH_SERVER_FULL] = STATUS_RESOURCE_EXHAUSTED,
                                           [NTH_CONFLICT] = STATUS_ABORTED};
    /* Unnoticed: all that was to be read had come, or what had failed before is said. */
    if (st == natural && (failure == NTH_CUT || (st != STATUS_OK && seen->is_after_error)))
        return true;
    if (seen->is_commit_sent && EXPECTED[failure] == STATUS_UNAVAILABLE)
        return st == STATUS_DEADLINE_EXCEEDED; /* the server may have committed */
    return st == EXPECTED[failure];
}

static void check_failed_call(const struct nth_unit *unit, enum nth_failure failure, size_t n,
                              const struct nth_seen *seen, enum status st, const struct error *err)
{
    if (!is_right_status(failure, seen, st, unit->natural))
        nth_give_up("%s: call %zu (%s, %s) fails: %s '%s'", unit->run->what, n, seen->failed_call,
                    FAILURE_NAMES[failure], status_name(st), err->text);
    if (st != STATUS_OK && (err->code != st || err->text[0] == '\0'))
        nth_give_up("%s: call %zu (%s, %s) fails: %s, but the error says %s '%s'", unit->run->what, n,
                    seen->failed_call, FAILURE_NAMES[failure], status_name(st), status_name(err->code), err->text);
}

/* What is prepared on a connection already is not prepared again: there may be less calls than on a new one. */
static enum status attempt_that_far(const struct unit_run *run, enum nth_failure failure, size_t n,
                                    struct nth_seen *ret_seen, struct error *err)
{
    const bool was_fresh = nth_is_connection_fresh();
    enum status st = nth_attempt(run, failure, n, NTH_COMMIT_PRETENDED, ret_seen, err);

    if (ret_seen->has_failed || was_fresh)
        return st;
    nth_replace_connection(run);
    return nth_attempt(run, failure, n, NTH_COMMIT_PRETENDED, ret_seen, err);
}

bool nth_fail_call(const struct nth_unit *unit, enum nth_failure failure, size_t n)
{
    const struct unit_run *run = unit->run;
    struct nth_seen seen;
    struct error err;
    enum status st = attempt_that_far(run, failure, n, &seen, &err);

    if (!seen.has_failed) {
        nth_after_failure(run, st);
        return false;
    }
    check_failed_call(unit, failure, n, &seen, st, &err);
    nth_after_failure(run, failure == NTH_CUT ? STATUS_UNAVAILABLE : st);
    nth_expect_nothing_happened(unit, seen.failed_call, n);
    return true;
}

void nth_expect_nothing_happened(const struct nth_unit *unit, const char *after_what, size_t n)
{
    g_autofree char *now = digest_take(unit->digest);

    if (strcmp(now, unit->before) != 0)
        nth_give_up("%s: something is left after %s %zu:\n  %s\n  %s", unit->run->what, after_what, n, unit->before,
                    now);
}

enum status nth_attempt_for_good(const struct unit_run *run, bool loses_answer, struct error *err)
{
    struct nth_seen seen;
    enum status st =
        nth_attempt(run, NTH_REFUSED, 0, loses_answer ? NTH_COMMIT_ANSWER_LOST : NTH_COMMIT_REAL, &seen, err);

    if (!seen.has_lost_answer)
        return st;
    if (st != STATUS_DEADLINE_EXCEEDED)
        nth_give_up("%s: the answer to the commit is lost: %s '%s'", run->what, status_name(st), err->text);
    nth_replace_connection(run);
    return STATUS_OK;
}
