#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nth_database.h"
#include "nth_digest.h"
#include "nth_memory.h"
#include "unit_run.h"

/* The short form tries each n once with one of the failures that there are for it, takes ALLOCATIONS_SHORT of the
 * thousands of allocations, and leaves a unit alone that makes no more statements than an earlier one of its kind. The
 * long form tries each n with every failure, and AGAIN of them in each of the other units. Where not every n is tried,
 * the first is another with each unit. */
#define ALLOCATIONS_SHORT 12
#define AGAIN             4

/* A unit of more allocations is a large one, which takes as long as a hundred small ones and does for each of its rows
 * what they do: AGAIN tries must do, ALLOCATIONS_LARGE in the long form, and its kind is looked at again in the next
 * small one. */
#define ALLOCATIONS_MAX   5000
#define ALLOCATIONS_LARGE 1000

/* How a child that ran an attempt with a failing allocation ended. */
enum ending {
    ENDING_UNHARMED, /* it never asked for that many */
    ENDING_COPED,    /* what failed was not needed: the unit was to be committed as always */
    ENDING_ERROR,    /* an error came back, and the same process could do the unit then */
    ENDING_DIED,     /* GLib ended the process */
    ENDINGS,
    ENDING_WRONG_STATUS, /* not one that is tried again */
    ENDING_HALF_DONE,    /* as if nothing had happened, but other rows or other answers */
    ENDING_NOT_USABLE,
    ENDING_LEAKED,
};

/* What was tried of one kind of unit. */
struct tally {
    int64_t units, calls, allocations[ENDINGS];
    bool is_known;     /* every n has been tried */
    size_t executions; /* of the unit with the most of which that is so */
};

/* What an attempt in a child came to: said at its commit, and of its answers. */
struct outcome {
    char rows[2048], answers[512];
};

/* What a child tells its parent. */
struct shared {
    struct nth_allocations allocations;
    struct outcome unharmed, found;
};

static struct {
    char database[sizeof(((struct test_database *)0)->name)];
    struct digest *digest;
    GHashTable *tallies; /* what -> struct tally */
    struct shared *shared;
    size_t n_units;
    size_t seed; /* where to begin where not every n is tried: elsewhere with every run */
} all;

/* Not fail_msg: what a unit left behind in its caller by longjmp would be every later unit's leak. */
static _Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    _exit(1);
}

static bool is_long_form(void)
{
    return getenv("DUNLIN_TEST_MINUTES") != NULL;
}

static char *role_of(const struct unit_run *run)
{
    return g_strconcat("dunlin_", run->owner->service->spec->name, NULL);
}

static void open_all(const struct unit_run *run)
{
    g_autofree char *role = role_of(run);

    if (strcmp(all.database, run->database->name) == 0)
        return;
    (void)g_strlcpy(all.database, run->database->name, sizeof(all.database));
    all.digest = digest_open(run->database, role);
    if (all.tallies)
        return;
    all.seed = g_random_int();
    all.tallies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    all.shared = mmap(NULL, sizeof(*all.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(all.shared != MAP_FAILED);
}

static struct tally *tally_of(const char *what)
{
    struct tally *tally = g_hash_table_lookup(all.tallies, what);

    if (!tally) {
        tally = g_new0(struct tally, 1);
        (void)g_hash_table_insert(all.tallies, g_strdup(what), tally);
    }
    return tally;
}

/* Of one session after another, each waits here until the one before is gone from the server, with its locks. */
static enum status wait_for_former(const struct unit_run *run, struct error *err)
{
    static const struct db_statement LOCK = {"", "SELECT pg_advisory_lock($1)::text"};
    struct db_args args = {0};

    db_arg_int8(&args, (int64_t)(intptr_t)run->owner);
    return db_exec(run->owner->db, &LOCK, &args, NULL, err);
}

static void set_connection(const struct unit_run *run, struct db *db)
{
    run->owner->db = db;
    if (run->db)
        *run->db = db;
}

/* libpq 15 forgets that an answer has come where it has no memory for it (pqParseInput3, 'Z' in pipeline mode): the
 * call's deadline ends the wait, and is short here. */
#define STATEMENT_TIMEOUT_MS 2000

static void replace_connection(const struct unit_run *run)
{
    const struct db_options options = {.application = "test", .statement_timeout_ms = STATEMENT_TIMEOUT_MS};
    g_autofree char *role = role_of(run);
    struct error err = {0};

    db_close(run->owner->db);
    set_connection(run, test_database_connect_with(run->database, role, &options));
    if (wait_for_former(run, &err) != STATUS_OK)
        give_up("%s: the former session holds its locks: %s", run->what, err.text);
}

/* As worker_after_failure. */
static void after_failure(const struct unit_run *run, enum status st)
{
    if (st == STATUS_UNAVAILABLE || !db_is_alive(run->owner->db))
        replace_connection(run);
}

static enum status attempt(const struct unit_run *run, enum nth_failure failure, size_t n, enum nth_commit commit,
                           struct nth_seen *ret_seen, struct error *err)
{
    *err = (struct error){0};
    nth_database_arm(failure, n, commit);
    enum status st = run->attempt(run->context, err);
    *ret_seen = nth_database_disarm();
    return st;
}

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

static void expect_nothing_happened(const struct unit_run *run, const char *before, const char *after_what, size_t n)
{
    g_autofree char *now = digest_take(all.digest);

    if (strcmp(now, before) != 0)
        give_up("%s: something is left after %s %zu:\n  %s\n  %s", run->what, after_what, n, before, now);
}

static void check_failed_call(const struct unit_run *run, enum nth_failure failure, size_t n,
                              const struct nth_seen *seen, enum status st, enum status natural, const struct error *err)
{
    if (!is_right_status(failure, seen, st, natural))
        give_up("%s: call %zu (%s, %s) fails: %s '%s'", run->what, n, seen->failed_call, FAILURE_NAMES[failure],
                status_name(st), err->text);
    if (st != STATUS_OK && (err->code != st || err->text[0] == '\0'))
        give_up("%s: call %zu (%s, %s) fails: %s, but the error says %s '%s'", run->what, n, seen->failed_call,
                FAILURE_NAMES[failure], status_name(st), status_name(err->code), err->text);
}

/* False where the unit makes less than n calls. */
static bool fail_call(const struct unit_run *run, enum nth_failure failure, size_t n, enum status natural,
                      const char *before)
{
    struct nth_seen seen;
    struct error err;
    enum status st = attempt(run, failure, n, NTH_COMMIT_PRETENDED, &seen, &err);

    if (!seen.has_failed) {
        after_failure(run, st);
        return false;
    }
    check_failed_call(run, failure, n, &seen, st, natural, &err);
    after_failure(run, failure == NTH_CUT ? STATUS_UNAVAILABLE : st);
    expect_nothing_happened(run, before, seen.failed_call, n);
    tally_of(run->what)->calls++;
    return true;
}

/* Fails calls, or statements, with one after the other of the failures from `first` to `last`. */
static void fail_calls(const struct unit_run *run, enum nth_failure first, enum nth_failure last, size_t stride,
                       enum status natural, const char *before)
{
    const size_t n_failures = last - first + 1;
    size_t n = 1 + (all.seed + all.n_units) % stride;
    enum nth_failure failure = first;

    while (fail_call(run, failure, n, natural, before)) {
        failure = first + (failure - first + 1) % n_failures;
        if (!is_long_form() || failure == first)
            n += stride;
    }
}

/* In the child. The leak checker, where there is one. */
extern __attribute__((weak)) int __lsan_do_recoverable_leak_check(void);

/* What the runtime tries again, and parks no event for. */
static bool is_passing(enum status st)
{
    return status_is_transient(st) || st == STATUS_DEADLINE_EXCEEDED;
}

/* In the transaction that is about to be committed. */
static void note_rows(PGconn *conn)
{
    struct nth_allocations *paused = nth_memory_pause();
    PGresult *counts = PQexec(conn, digest_counts_sql(all.digest));

    (void)g_strlcpy(all.shared->found.rows,
                    PQresultStatus(counts) == PGRES_TUPLES_OK ? PQgetvalue(counts, 0, 0) : PQerrorMessage(conn),
                    sizeof(all.shared->found.rows));
    PQclear(counts);
    nth_memory_resume(paused);
}

/* Ids are new with every attempt: their bytes are not compared, but how many there are. */
static void note_answers(const struct unit_run *run)
{
    char *text = all.shared->found.answers;
    int at = 0;

    for (size_t i = 0; i < run->n_answers; i++)
        at += g_snprintf(text + at, sizeof(all.shared->found.answers) - (gulong)at, "%s:%zu ",
                         status_name(run->answers[i].code), run->answers[i].body_len);
}

static bool is_as_unharmed(void)
{
    return strcmp(all.shared->found.rows, all.shared->unharmed.rows) == 0 &&
           strcmp(all.shared->found.answers, all.shared->unharmed.answers) == 0;
}

static _Noreturn void run_child(const struct unit_run *run, size_t n, bool stays_out, enum status natural)
{
    const struct rlimit no_core = {0, 0};
    struct nth_seen seen;
    struct error err = {0};

    (void)setrlimit(RLIMIT_CORE, &no_core);
    memset(&all.shared->found, 0, sizeof(all.shared->found));
    nth_database_arm(NTH_REFUSED, 0, NTH_COMMIT_PRETENDED);
    nth_database_before_commit(note_rows);
    nth_memory_arm(&all.shared->allocations, n, stays_out);
    enum status st = run->attempt(run->context, &err);
    nth_memory_disarm();
    seen = nth_database_disarm();
    note_answers(run);
    (void)fprintf(stderr, "%s '%s'\n%s\n%s\n", status_name(st), err.text, all.shared->found.rows,
                  all.shared->found.answers);
    if (!all.shared->allocations.has_failed)
        _exit(ENDING_UNHARMED);
    if (st == natural)
        _exit(is_as_unharmed() ? ENDING_COPED : ENDING_HALF_DONE);
    if (!is_passing(st) || err.code != st || err.text[0] == '\0' || seen.is_after_error)
        _exit(ENDING_WRONG_STATUS);
    after_failure(run, st);
    st = attempt(run, NTH_REFUSED, 0, NTH_COMMIT_PRETENDED, &seen, &err);
    (void)fprintf(stderr, "then %s '%s'\n", status_name(st), err.text);
    if (st != natural)
        _exit(ENDING_NOT_USABLE);
    if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0)
        _exit(ENDING_LEAKED);
    _exit(ENDING_ERROR);
}

static char *read_all(int fd)
{
    static char text[16384];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

    text[MAX(n, 0)] = '\0';
    return text;
}

/* Out of memory for its last words, GLib falls over them. */
static bool is_in_last_words(const struct nth_stack *stack)
{
    for (int i = 0; i < stack->n; i++) {
        Dl_info info;
        if (dladdr(stack->frames[i], &info) && info.dli_sname && strncmp(info.dli_sname, "g_log", 5) == 0)
            return true;
    }
    return false;
}

/* As GLib and C++ do it. Any other way to die is a bug. */
static bool died_of_memory(int status, const char *said)
{
    static const char *const WORDS[] = {"failed to allocate", "bad_alloc"};

    if (!WIFSIGNALED(status))
        return false;
    if (is_in_last_words(&all.shared->allocations.last))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(WORDS); i++)
        if (strstr(said, WORDS[i]))
            return WTERMSIG(status) == SIGTRAP || WTERMSIG(status) == SIGABRT;
    return false;
}

static enum ending try_allocation(const struct unit_run *run, size_t n, bool stays_out, enum status natural)
{
    int said = memfd_create("said", MFD_CLOEXEC), status = 0;

    assert_true(said >= 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(said, STDERR_FILENO);
        run_child(run, n, stays_out, natural);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    const char *text = read_all(said);
    (void)close(said);
    if (died_of_memory(status, text))
        return ENDING_DIED;
    if (WIFEXITED(status) && WEXITSTATUS(status) < ENDINGS)
        return (enum ending)WEXITSTATUS(status);
    (void)fprintf(stderr, "%s", text);
    backtrace_symbols_fd(all.shared->allocations.first.frames, all.shared->allocations.first.n, STDERR_FILENO);
    give_up("%s: allocation %zu (%zu bytes%s) fails: status %#x", run->what, n, all.shared->allocations.failed_bytes,
            stays_out ? ", and all after it" : "", (unsigned)status);
}

/* `tries` 0: all. */
static void fail_allocations(const struct unit_run *run, size_t tries, enum status natural, const char *before)
{
    struct tally *tally = tally_of(run->what);

    (void)try_allocation(run, 0, false, natural);
    all.shared->unharmed = all.shared->found;
    replace_connection(run);
    const size_t total = all.shared->allocations.n, stride = tries == 0 ? 1 : MAX(1, total / tries);
    for (size_t n = 1 + (all.seed + all.n_units) % stride; n <= total; n += stride) {
        enum ending ending = try_allocation(run, n, (n / stride) % 2, natural);
        tally->allocations[ending]++;
        replace_connection(run);
        expect_nothing_happened(run, before, "allocation", n);
    }
}

/* The attempt that counts; of every second one the answer to the commit is lost, and it counts all the same. */
static enum status run_for_good(const struct unit_run *run, struct error *err)
{
    struct nth_seen seen;
    const bool loses = all.n_units++ % 2 == 1;
    enum status st = attempt(run, NTH_REFUSED, 0, loses ? NTH_COMMIT_ANSWER_LOST : NTH_COMMIT_REAL, &seen, err);

    if (!seen.has_lost_answer)
        return st;
    if (st != STATUS_DEADLINE_EXCEEDED)
        give_up("%s: the answer to the commit is lost: %s '%s'", run->what, status_name(st), err->text);
    replace_connection(run);
    return STATUS_OK;
}

static void fail_unit(const struct unit_run *run, const struct nth_seen *unharmed, size_t n_allocations,
                      enum status natural, const char *before)
{
    struct tally *tally = tally_of(run->what);
    const bool is_large = n_allocations > ALLOCATIONS_MAX;
    const size_t again = is_large && is_long_form() ? ALLOCATIONS_LARGE : AGAIN;
    const bool is_new = !is_large && (!tally->is_known || unharmed->executions > tally->executions);

    if (tally->units++ > 0 && !is_new && !is_long_form())
        return;
    if (is_new)
        tally->executions = unharmed->executions;
    tally->is_known |= is_new;
    fail_calls(run, NTH_REFUSED, NTH_CUT, is_new ? 1 : MAX(1, unharmed->calls / AGAIN), natural, before);
    fail_calls(run, NTH_TERMINATED, NTH_CONFLICT, is_new ? 1 : MAX(1, unharmed->statements / AGAIN), natural, before);
    fail_allocations(run, !is_new ? again : is_long_form() ? 0 : ALLOCATIONS_SHORT, natural, before);
}

enum status unit_run(const struct unit_run *run, struct error *err)
{
    struct nth_seen unharmed;

    /* Units that run side by side are about something else, and nobody could say whose effect is whose. */
    if (gettid() != getpid())
        return run->attempt(run->context, err);
    open_all(run);
    if (wait_for_former(run, err) != STATUS_OK)
        return err->code;
    g_autofree char *before = digest_take(all.digest);
    nth_memory_arm(&all.shared->allocations, 0, false);
    const enum status natural = attempt(run, NTH_REFUSED, 0, NTH_COMMIT_PRETENDED, &unharmed, err);
    nth_memory_disarm();
    after_failure(run, natural);
    fail_unit(run, &unharmed, all.shared->allocations.n, natural, before);
    return run_for_good(run, err);
}

static void expect_tried(const char *what)
{
    if (g_hash_table_contains(all.tallies, what))
        return;
    give_up("no unit of %s was run", what);
}

/* Every method, every type of event, the timers: all of the service's handlers. A program that has more of a service's
 * tests (DUNLIN_NTH_PART) need not run them all: test_<service>.c does. */
static void expect_all_tried(const struct service_spec *spec)
{
    if (g_getenv("DUNLIN_NTH_PART") != NULL)
        return;
    for (const struct service_method *method = spec->methods; method && method->name; method++)
        expect_tried(method->name);
    if (spec->timers)
        expect_tried("timers");
}

static void print_tallies(void)
{
    GHashTableIter iter;
    gpointer what = NULL, value = NULL;
    struct tally sum = {0};

    (void)printf("%-44s %6s %8s   allocations: %8s %8s %8s\n", "unit", "units", "calls", "coped", "error", "ended");
    g_hash_table_iter_init(&iter, all.tallies);
    while (g_hash_table_iter_next(&iter, &what, &value)) {
        const struct tally *tally = value;
        (void)printf("%-44s %6" PRId64 " %8" PRId64 "                %8" PRId64 " %8" PRId64 " %8" PRId64 "\n",
                     (const char *)what, tally->units, tally->calls, tally->allocations[ENDING_COPED],
                     tally->allocations[ENDING_ERROR], tally->allocations[ENDING_DIED]);
        sum.calls += tally->calls;
        for (size_t i = 0; i < ENDINGS; i++)
            sum.allocations[i] += tally->allocations[i];
    }
    (void)printf("failed: %" PRId64 " calls of the database; %" PRId64 " allocations: %" PRId64
                 " ended the process, %" PRId64 " came back as errors, %" PRId64 " did not matter\n",
                 sum.calls,
                 sum.allocations[ENDING_DIED] + sum.allocations[ENDING_ERROR] + sum.allocations[ENDING_COPED],
                 sum.allocations[ENDING_DIED], sum.allocations[ENDING_ERROR], sum.allocations[ENDING_COPED]);
}

void unit_run_end(const struct service_spec *spec)
{
    print_tallies();
    expect_all_tried(spec);
    digest_close(all.digest);
    g_hash_table_destroy(all.tallies);
    (void)munmap(all.shared, sizeof(*all.shared));
    memset(&all, 0, sizeof(all));
}
