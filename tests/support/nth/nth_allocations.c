#include "nth_failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nth_connection.h"
#include "nth_memory.h"

/* How a child ends that ran an attempt, where that is wrong; else as one of enum nth_ending. */
enum wrong_ending {
    ENDING_WRONG_STATUS = NTH_ENDINGS, /* not one that is tried again */
    ENDING_HALF_DONE,                  /* as if nothing had happened, but other rows or other answers */
    ENDING_NOT_USABLE,
    ENDING_LEAKED,
};

/* Its exit code is the ending on top of this: sanitizers end a process that they find fault with with 1. */
#define EXIT_ENDINGS 100

/* What an attempt in a child came to: said at its commit, and of its answers. */
struct outcome {
    char rows[2048], answers[512];
};

/* What a child tells its parent. */
struct shared {
    struct nth_allocations allocations;
    struct nth_seen seen;
    struct outcome unharmed, found;
};
static struct shared *shared;

static const char *counts_sql; /* of the unit that is attempted */

static void share_memory(void)
{
    if (shared)
        return;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
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
    PGresult *counts = PQexec(conn, counts_sql);

    (void)g_strlcpy(shared->found.rows,
                    PQresultStatus(counts) == PGRES_TUPLES_OK ? PQgetvalue(counts, 0, 0) : PQerrorMessage(conn),
                    sizeof(shared->found.rows));
    PQclear(counts);
    nth_memory_resume(paused);
}

/* Ids are new with every attempt: their bytes are not compared, but how many there are. */
static void note_answers(const struct unit_run *run)
{
    char *text = shared->found.answers;
    int at = 0;

    for (size_t i = 0; i < run->n_answers; i++)
        at += g_snprintf(text + at, sizeof(shared->found.answers) - (gulong)at, "%s:%zu ",
                         status_name(run->answers[i].code), run->answers[i].body_len);
}

static bool is_as_unharmed(void)
{
    return strcmp(shared->found.rows, shared->unharmed.rows) == 0 &&
           strcmp(shared->found.answers, shared->unharmed.answers) == 0;
}

static _Noreturn void exit_with(int ending)
{
    _exit(EXIT_ENDINGS + ending);
}

static _Noreturn void run_child(const struct nth_unit *unit, size_t n, bool stays_out)
{
    const struct unit_run *run = unit->run;
    const struct rlimit no_core = {0, 0};
    struct nth_seen seen;
    struct error err = {0};

    (void)setrlimit(RLIMIT_CORE, &no_core);
    counts_sql = digest_counts_sql(unit->digest);
    memset(&shared->found, 0, sizeof(shared->found));
    nth_database_arm(NTH_REFUSED, 0, NTH_COMMIT_PRETENDED);
    nth_database_before_commit(note_rows);
    nth_memory_arm(&shared->allocations, n, stays_out);
    enum status st = run->attempt(run->context, &err);
    nth_memory_disarm();
    shared->seen = nth_database_disarm();
    note_answers(run);
    (void)fprintf(stderr, "%s '%s'\n%s\n%s\n", status_name(st), err.text, shared->found.rows, shared->found.answers);
    if (!shared->allocations.has_failed)
        exit_with(st == unit->natural ? NTH_ENDING_UNHARMED : ENDING_WRONG_STATUS);
    if (st == unit->natural)
        exit_with(is_as_unharmed() ? NTH_ENDING_COPED : ENDING_HALF_DONE);
    if (!is_passing(st) || err.code != st || err.text[0] == '\0' || shared->seen.is_after_error)
        exit_with(ENDING_WRONG_STATUS);
    nth_after_failure(run, st);
    st = nth_attempt(run, NTH_REFUSED, 0, NTH_COMMIT_PRETENDED, &seen, &err);
    (void)fprintf(stderr, "then %s '%s'\n", status_name(st), err.text);
    if (st != unit->natural)
        exit_with(ENDING_NOT_USABLE);
    if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0)
        exit_with(ENDING_LEAKED);
    exit_with(NTH_ENDING_ERROR);
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
    if (is_in_last_words(&shared->allocations.last))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(WORDS); i++)
        if (strstr(said, WORDS[i]))
            return WTERMSIG(status) == SIGTRAP || WTERMSIG(status) == SIGABRT;
    return false;
}

static enum nth_ending attempt_in_child(const struct nth_unit *unit, size_t n, bool stays_out)
{
    int said = memfd_create("said", MFD_CLOEXEC), status = 0;

    assert_true(said >= 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(said, STDERR_FILENO);
        run_child(unit, n, stays_out);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    const char *text = read_all(said);
    (void)close(said);
    if (died_of_memory(status, text))
        return NTH_ENDING_DIED;
    const int ending = WIFEXITED(status) ? WEXITSTATUS(status) - EXIT_ENDINGS : -1;
    if (ending >= 0 && ending < NTH_ENDINGS)
        return (enum nth_ending)ending;
    (void)fprintf(stderr, "%s", text);
    backtrace_symbols_fd(shared->allocations.first.frames, shared->allocations.first.n, STDERR_FILENO);
    nth_give_up("%s: allocation %zu (%zu bytes%s) fails: status %#x", unit->run->what, n,
                shared->allocations.failed_bytes, stays_out ? ", and all after it" : "", (unsigned)status);
}

struct nth_size nth_measure(const struct nth_unit *unit)
{
    share_memory();
    if (!nth_is_connection_fresh())
        nth_replace_connection(unit->run);
    (void)attempt_in_child(unit, 0, false);
    shared->unharmed = shared->found;
    nth_replace_connection(unit->run);
    return (struct nth_size){shared->seen.calls, shared->seen.statements, shared->allocations.n};
}

enum nth_ending nth_fail_allocation(const struct nth_unit *unit, size_t n, bool stays_out)
{
    if (!nth_is_connection_fresh())
        nth_replace_connection(unit->run);
    enum nth_ending ending = attempt_in_child(unit, n, stays_out);
    nth_replace_connection(unit->run);
    nth_expect_nothing_happened(unit, "allocation", n);
    return ending;
}
