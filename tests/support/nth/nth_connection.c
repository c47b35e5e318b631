#include "nth_connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#include "nth_failure.h"

/* libpq 15 forgets that an answer has come where it has no memory for it (pqParseInput3, 'Z' in pipeline mode): the
 * call's deadline ends the wait, and is short here. */
#define STATEMENT_TIMEOUT_MS 2000

static bool is_fresh;

void nth_give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fflush(stdout);
    (void)fputc('\n', stderr);
    _exit(1);
}

enum status nth_wait_for_former(const struct unit_run *run, struct error *err)
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

void nth_replace_connection(const struct unit_run *run)
{
    const struct db_options options = {.application = "test", .statement_timeout_ms = STATEMENT_TIMEOUT_MS};
    g_autofree char *role = g_strconcat("dunlin_", run->owner->service->spec->name, NULL);
    struct error err = {0};

    db_close(run->owner->db);
    set_connection(run, test_database_connect_with(run->database, role, &options));
    if (nth_wait_for_former(run, &err) != STATUS_OK)
        nth_give_up("%s: the former session holds its locks: %s", run->what, err.text);
    is_fresh = true;
}

bool nth_is_connection_fresh(void)
{
    return is_fresh;
}

void nth_after_failure(const struct unit_run *run, enum status st)
{
    if (st == STATUS_UNAVAILABLE || !db_is_alive(run->owner->db))
        nth_replace_connection(run);
}

enum status nth_attempt(const struct unit_run *run, enum nth_failure failure, size_t n, enum nth_commit commit,
                        struct nth_seen *ret_seen, struct error *err)
{
    *err = (struct error){0};
    is_fresh = false;
    nth_database_arm(failure, n, commit);
    enum status st = run->attempt(run->context, err);
    *ret_seen = nth_database_disarm();
    return st;
}
