#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "test_database.h"

static struct test_database database;
static struct db *db;

static int open_database(void **state)
{
    (void)state;
    test_database_open(&database, "db_calls");
    SCOPED(db_closep) struct db *own = test_database_connect(&database, NULL);
    test_database_script(own, "CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL CHECK (n < 1000))");
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    test_database_close(&database);
    return 0;
}

/* A connection a test: one that a failed test has broken or left in a transaction says nothing about the next. */
static int open_connection(void **state)
{
    (void)state;
    db = test_database_connect(&database, NULL);
    test_database_script(db, "TRUNCATE item");
    return 0;
}

static int close_connection(void **state)
{
    (void)state;
    db_closep(&db);
    return 0;
}

static const struct db_statement INSERT = {"test.insert", "INSERT INTO item VALUES ($1, $2)"};
static const struct db_statement COUNT = {"test.count", "SELECT count(*) FROM item"};
static const struct db_statement ADD = {"test.add", "UPDATE item SET n = n + 1 WHERE id = $1"};
static const struct db_statement PID = {"", "SELECT pg_backend_pid()"};
static const struct db_statement SLOW = {"test.slow", "SELECT count(*) FROM (SELECT pg_sleep(30)) AS t"};

static void assert_status(enum status st, enum status want, const struct error *err)
{
    if (st != want)
        fail_msg("%s, wanted %s: %s", status_name(st), status_name(want), err->text);
}

static void assert_text_has(const struct error *err, const char *part)
{
    if (strstr(err->text, part) == NULL)
        fail_msg("'%s' lacks '%s'", err->text, part);
}

static int64_t count_items(struct db *on)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};
    assert_status(db_exec(on, &COUNT, NULL, &result, &err), STATUS_OK, &err);
    return db_int8(result, 0, 0);
}

static struct db_args two(int32_t a, int32_t b)
{
    struct db_args args = {0};
    db_arg_int4(&args, a);
    db_arg_int4(&args, b);
    return args;
}

static enum status insert(struct db *on, int32_t id, int32_t n, struct error *err)
{
    struct db_args args = two(id, n);
    return db_exec(on, &INSERT, &args, NULL, err);
}

static void violations_are_told_apart(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(insert(db, 1, 1, &err), STATUS_OK, &err);
    assert_status(insert(db, 1, 1, &err), STATUS_ALREADY_EXISTS, &err);
    assert_text_has(&err, "test.insert: duplicate key value violates unique constraint \"item_pkey\"");
    assert_status(insert(db, 2, 1000, &err), STATUS_FAILED_PRECONDITION, &err);
    assert_text_has(&err, "item_n_check");
    static const struct db_statement DATA = {"test.data", "SELECT 1 / $1::integer"};
    static const struct db_statement SYNTAX = {"test.syntax", "SELEKT 1"};
    struct db_args zero = {0};
    db_arg_int4(&zero, 0);
    assert_status(db_exec(db, &DATA, &zero, NULL, &err), STATUS_INVALID_ARGUMENT, &err);
    assert_status(db_exec(db, &SYNTAX, NULL, NULL, &err), STATUS_INTERNAL, &err);
    assert_text_has(&err, "test.syntax: syntax error");
    assert_true(db_is_alive(db));
    assert_int_equal(count_items(db), 1);
}

static void details_of_a_violation_stay_out_of_the_text(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(insert(db, 987654, 1, &err), STATUS_OK, &err);
    assert_status(insert(db, 987654, 1, &err), STATUS_ALREADY_EXISTS, &err);
    assert_null(strstr(err.text, "987654"));
}

static void bad_utf8_is_the_callers_fault(void **state)
{
    (void)state;
    static const struct db_statement ECHO = {"test.echo", "SELECT $1::text"};
    struct error err = {0};
    struct db_args args = {0};
    db_arg_text(&args, "\xff\xfe");
    assert_status(db_exec(db, &ECHO, &args, NULL, &err), STATUS_INVALID_ARGUMENT, &err);
}

static void log_in_failures_say_what_to_do(void **state)
{
    (void)state;
    struct error err = {0};
    struct db *none = NULL;
    char url[720];
    struct db_options options = {.url = database.url, .user = "nobody_of_that_name"};
    assert_status(db_open(&options, &none, &err), STATUS_PERMISSION_DENIED, &err);
    (void)snprintf(url, sizeof(url), "%s_no_such_database", database.url);
    options = (struct db_options){.url = url};
    assert_status(db_open(&options, &none, &err), STATUS_FAILED_PRECONDITION, &err);
    options = (struct db_options){.url = "host=/nowhere"};
    assert_status(db_open(&options, &none, &err), STATUS_UNAVAILABLE, &err);
    options = (struct db_options){.url = "postgresql://u:very-secret@[::1"};
    assert_status(db_open(&options, &none, &err), STATUS_INVALID_ARGUMENT, &err);
    assert_null(strstr(err.text, "very-secret"));
    assert_null(none);
}

static void pipeline_runs_mixed_statements_in_order(void **state)
{
    (void)state;
    struct db_call calls[] = {{.statement = &COUNT},
                              {.statement = &INSERT, .args = two(1, 10)},
                              {.statement = &INSERT, .args = two(2, 20)},
                              {.statement = &COUNT}};
    struct error err = {0};
    for (int round = 0; round < 2; round++) {
        assert_status(db_exec_pipeline(db, calls, ARRAY_SIZE(calls), &err), STATUS_OK, &err);
        assert_int_equal(db_int8(calls[0].result, 0, 0), 0);
        assert_int_equal(db_affected(calls[2].result), 1);
        assert_int_equal(db_int8(calls[3].result, 0, 0), 2);
        db_calls_clear(calls, ARRAY_SIZE(calls));
        assert_null(calls[0].result);
        test_database_script(db, "TRUNCATE item");
    }
    assert_status(db_exec_pipeline(db, NULL, 0, &err), STATUS_OK, &err);
}

static void failed_pipeline_has_no_effect_and_leaves_the_connection_usable(void **state)
{
    (void)state;
    static const struct db_statement UNKNOWN = {"test.unknown", "SELECT * FROM no_such_table"};
    static const struct db_statement LATER = {"test.later", "SELECT 1"};
    struct db_call calls[] = {{.statement = &INSERT, .args = two(1, 10)},
                              {.statement = &UNKNOWN},
                              {.statement = &LATER},
                              {.statement = &INSERT, .args = two(1, 10)}};
    for (int round = 0; round < 2; round++) {
        struct error err = {0};
        assert_status(db_exec_pipeline(db, calls, ARRAY_SIZE(calls), &err), STATUS_INTERNAL, &err);
        assert_text_has(&err, "test.unknown: relation \"no_such_table\" does not exist");
        for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
            assert_null(calls[i].result);
        assert_true(db_is_alive(db));
        assert_int_equal(count_items(db), 0);
    }
    struct error err = {0};
    assert_status(db_exec(db, &LATER, NULL, NULL, &err), STATUS_OK, &err);
}

static void failed_pipeline_in_a_transaction_leaves_it_to_be_rolled_back(void **state)
{
    (void)state;
    struct db_call calls[] = {{.statement = &INSERT, .args = two(1, 10)}, {.statement = &INSERT, .args = two(1, 10)}};
    struct error err = {0};
    struct db_tx tx = {0};
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    assert_status(db_exec_pipeline(db, calls, ARRAY_SIZE(calls), &err), STATUS_ALREADY_EXISTS, &err);
    assert_status(db_exec(db, &COUNT, NULL, NULL, &err), STATUS_INTERNAL, &err);
    assert_status(db_tx_commit(&tx, &err), STATUS_INTERNAL, &err);
    assert_null(tx.db);
    assert_int_equal(count_items(db), 0);
}

#define BIG_BYTES   ((size_t)4 * 1024 * 1024)
#define N_BIG_CALLS 16

static void sixty_four_mebibytes_pass_both_ways_at_once(void **state)
{
    (void)state;
    static const struct db_statement ECHO = {"test.echo_bytes", "SELECT $1::bytea"};
    uint8_t *bytes = malloc(BIG_BYTES);
    struct db_call *calls = calloc(N_BIG_CALLS, sizeof(*calls));
    for (size_t i = 0; i < BIG_BYTES; i++)
        bytes[i] = (uint8_t)(i * 31 + i / 65536);
    for (size_t i = 0; i < N_BIG_CALLS; i++) {
        calls[i].statement = &ECHO;
        db_arg_bytes(&calls[i].args, bytes, BIG_BYTES - i);
    }
    struct error err = {0};
    assert_status(db_exec_pipeline(db, calls, N_BIG_CALLS, &err), STATUS_OK, &err);
    for (size_t i = 0; i < N_BIG_CALLS; i++) {
        size_t len = 0;
        const uint8_t *back = db_bytes(calls[i].result, 0, 0, &len);
        assert_int_equal(len, BIG_BYTES - i);
        assert_memory_equal(back, bytes, len);
    }
    db_calls_clear(calls, N_BIG_CALLS);
    free(calls);
    free(bytes);
}

static void transaction_commits_or_rolls_back_as_a_whole(void **state)
{
    (void)state;
    SCOPED(db_closep) struct db *other = test_database_connect(&database, NULL);
    struct error err = {0};
    {
        SCOPED(db_tx_rollback) struct db_tx tx = {0};
        assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
        assert_status(insert(db, 1, 1, &err), STATUS_OK, &err);
        assert_int_equal(count_items(db), 1);
        assert_int_equal(count_items(other), 0);
    }
    assert_int_equal(count_items(db), 0);
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    assert_status(insert(db, 1, 1, &err), STATUS_OK, &err);
    assert_status(db_tx_commit(&tx, &err), STATUS_OK, &err);
    assert_int_equal(count_items(other), 1);
}

static void script_inside_a_transaction_belongs_to_it(void **state)
{
    (void)state;
    struct error err = {0};
    struct db_tx tx = {0};
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    test_database_script(db, "INSERT INTO item VALUES (1, 1); INSERT INTO item VALUES (2, 1)");
    db_tx_rollback(&tx);
    assert_int_equal(count_items(db), 0);
}

static void transaction_without_a_statement_is_nothing(void **state)
{
    (void)state;
    struct error err = {0};
    struct db_tx tx = {0};
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    assert_status(db_tx_commit(&tx, &err), STATUS_OK, &err);
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    db_tx_rollback(&tx);
    db_tx_rollback(&tx);
    assert_int_equal(count_items(db), 0);
}

static void slow_statement_misses_its_deadline_and_the_connection_lives(void **state)
{
    (void)state;
    SCOPED(db_closep)
    struct db *own = test_database_connect_with(&database, NULL, &(struct db_options){.statement_timeout_ms = 100});
    struct error err = {0};
    struct monotonic before = clock_monotonic();
    assert_status(db_exec(own, &SLOW, NULL, NULL, &err), STATUS_DEADLINE_EXCEEDED, &err);
    assert_text_has(&err, "test.slow: canceling statement due to statement timeout");
    assert_true(clock_monotonic().us - before.us < 5 * US_PER_S);
    assert_true(db_is_alive(own));
    assert_int_equal(count_items(own), 0);
}

/* A server that does not answer: its own timeout is switched off, so that only ours is left. */
static void silent_server_misses_the_deadline_and_the_connection_is_dead(void **state)
{
    (void)state;
    SCOPED(db_closep)
    struct db *own = test_database_connect_with(&database, NULL, &(struct db_options){.statement_timeout_ms = 100});
    test_database_script(own, "SET statement_timeout = 0");
    struct error err = {0};
    assert_status(db_exec(own, &SLOW, NULL, NULL, &err), STATUS_DEADLINE_EXCEEDED, &err);
    assert_false(db_is_alive(own));
    assert_status(db_exec(own, &COUNT, NULL, NULL, &err), STATUS_UNAVAILABLE, &err);
    assert_text_has(&err, "lost before");
}

static void terminate(struct db *victim)
{
    static const struct db_statement TERMINATE = {"", "SELECT pg_terminate_backend($1::integer, 10000)"};
    SCOPED(db_result_freep) struct db_result *pid = NULL;
    SCOPED(db_result_freep) struct db_result *done = NULL;
    struct error err = {0};
    assert_status(db_exec(victim, &PID, NULL, &pid, &err), STATUS_OK, &err);
    struct db_args args = {0};
    db_arg_int4(&args, db_int4(pid, 0, 0));
    assert_status(db_exec(db, &TERMINATE, &args, &done, &err), STATUS_OK, &err);
    assert_true(db_bool(done, 0, 0));
}

static void killed_backend_is_unavailable_from_then_on(void **state)
{
    (void)state;
    SCOPED(db_closep) struct db *victim = test_database_connect(&database, NULL);
    terminate(victim);
    struct error err = {0};
    assert_status(db_exec(victim, &COUNT, NULL, NULL, &err), STATUS_UNAVAILABLE, &err);
    assert_text_has(&err, "test.count: terminating connection due to administrator command");
    assert_false(db_is_alive(victim));
    struct db_tx tx = {0};
    assert_status(db_tx_begin(victim, &tx, &err), STATUS_UNAVAILABLE, &err);
    assert_null(tx.db);
    assert_status(db_exec_script(victim, "SELECT 1", &err), STATUS_UNAVAILABLE, &err);
}

static void killed_transaction_has_an_unknown_end(void **state)
{
    (void)state;
    SCOPED(db_closep) struct db *victim = test_database_connect(&database, NULL);
    struct error err = {0};
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    assert_status(db_tx_begin(victim, &tx, &err), STATUS_OK, &err);
    assert_status(insert(victim, 1, 1, &err), STATUS_OK, &err);
    terminate(victim);
    assert_status(db_tx_commit(&tx, &err), STATUS_DEADLINE_EXCEEDED, &err);
    assert_false(db_is_alive(victim));
    assert_int_equal(count_items(db), 0);
}

static void *run_slow(void *arg)
{
    struct error err = {0};
    struct db_call calls[] = {{.statement = &COUNT}, {.statement = &SLOW}, {.statement = &COUNT}};
    enum status st = db_exec_pipeline(arg, calls, ARRAY_SIZE(calls), &err);
    if (st != STATUS_UNAVAILABLE || strstr(err.text, "terminating connection") == NULL)
        (void)fprintf(stderr, "%s: %s\n", status_name(st), err.text);
    return st == STATUS_UNAVAILABLE && strstr(err.text, "terminating connection") != NULL ? NULL : arg;
}

/* The kill arrives while the statement runs: what the server said last is what the caller reads. */
static void backend_killed_in_the_middle_says_why(void **state)
{
    (void)state;
    static const struct db_statement KILL = {
        "", "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
            "WHERE application_name = 'victim' AND state = 'active' AND wait_event = 'PgSleep'"};
    SCOPED(db_closep)
    struct db *victim = test_database_connect_with(&database, NULL, &(struct db_options){.application = "victim"});
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_slow, victim), 0);
    int64_t n_killed = 0;
    struct monotonic deadline = clock_deadline_ms(10000);
    while (n_killed == 0 && clock_remaining_ms(deadline) > 0) {
        SCOPED(db_result_freep) struct db_result *result = NULL;
        struct error err = {0};
        assert_status(db_exec(db, &KILL, NULL, &result, &err), STATUS_OK, &err);
        n_killed = db_int8(result, 0, 0);
    }
    void *failed = NULL;
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_int_equal(n_killed, 1);
    assert_null(failed);
    assert_false(db_is_alive(victim));
}

struct rival {
    struct db *db;
    int32_t first, second;
    enum status status;
    pthread_barrier_t *barrier;
};

static enum status add(struct db *on, int32_t id)
{
    struct db_args args = {0};
    db_arg_int4(&args, id);
    return db_exec(on, &ADD, &args, NULL, NULL);
}

static void *take_two_locks(void *arg)
{
    struct rival *rival = arg;
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    enum status st = db_tx_begin(rival->db, &tx, NULL);
    if (st == STATUS_OK)
        st = add(rival->db, rival->first);
    (void)pthread_barrier_wait(rival->barrier);
    if (st == STATUS_OK)
        st = add(rival->db, rival->second);
    rival->status = st == STATUS_OK ? db_tx_commit(&tx, NULL) : st;
    return NULL;
}

/* A takes row 1, B takes row 2, then each wants the other's: the server lets one of them go on. */
static void deadlock_aborts_one_of_the_two(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(insert(db, 1, 0, &err), STATUS_OK, &err);
    assert_status(insert(db, 2, 0, &err), STATUS_OK, &err);
    SCOPED(db_closep) struct db *a = test_database_connect(&database, NULL);
    SCOPED(db_closep) struct db *b = test_database_connect(&database, NULL);
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    struct rival rivals[] = {{a, 1, 2, STATUS_UNKNOWN, &barrier}, {b, 2, 1, STATUS_UNKNOWN, &barrier}};
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_two_locks, &rivals[i]), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&barrier);
    bool first_won = rivals[0].status == STATUS_OK;
    assert_int_equal(rivals[first_won ? 0 : 1].status, STATUS_OK);
    assert_int_equal(rivals[first_won ? 1 : 0].status, STATUS_ABORTED);
    assert_true(db_is_alive(a) && db_is_alive(b));
}

/* A migration of a newer version changes a column's type under a connection that has the statement prepared. */
static void statement_whose_columns_changed_asks_for_a_new_connection(void **state)
{
    (void)state;
    static const struct db_statement READ = {"test.read_changing", "SELECT value FROM changing"};
    SCOPED(db_closep) struct db *own = test_database_connect(&database, NULL);
    struct error err = {0};
    test_database_script(db, "CREATE TABLE changing (value integer)");
    assert_status(db_exec(own, &READ, NULL, NULL, &err), STATUS_OK, &err);
    test_database_script(db, "ALTER TABLE changing ALTER COLUMN value TYPE bigint");
    assert_status(db_exec(own, &READ, NULL, NULL, &err), STATUS_UNAVAILABLE, &err);
    assert_false(db_is_alive(own));
}

static void prepare_all_names_the_statement_that_does_not_fit(void **state)
{
    (void)state;
    static const struct db_statement BAD = {"test.bad_column", "SELECT no_such_column FROM item"};
    const struct db_statement *const good[] = {&INSERT, &COUNT, &ADD, NULL};
    const struct db_statement *const bad[] = {&INSERT, &BAD, &ADD, NULL};
    struct error err = {0};
    assert_status(db_prepare_all(db, good, &err), STATUS_OK, &err);
    assert_status(db_prepare_all(db, bad, &err), STATUS_INTERNAL, &err);
    assert_text_has(&err, "test.bad_column: column \"no_such_column\" does not exist");
    assert_int_equal(count_items(db), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(violations_are_told_apart, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(details_of_a_violation_stay_out_of_the_text, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(bad_utf8_is_the_callers_fault, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(log_in_failures_say_what_to_do, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(pipeline_runs_mixed_statements_in_order, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(failed_pipeline_has_no_effect_and_leaves_the_connection_usable, open_connection,
                                        close_connection),
        cmocka_unit_test_setup_teardown(failed_pipeline_in_a_transaction_leaves_it_to_be_rolled_back, open_connection,
                                        close_connection),
        cmocka_unit_test_setup_teardown(sixty_four_mebibytes_pass_both_ways_at_once, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(transaction_commits_or_rolls_back_as_a_whole, open_connection,
                                        close_connection),
        cmocka_unit_test_setup_teardown(script_inside_a_transaction_belongs_to_it, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(transaction_without_a_statement_is_nothing, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(slow_statement_misses_its_deadline_and_the_connection_lives, open_connection,
                                        close_connection),
        cmocka_unit_test_setup_teardown(silent_server_misses_the_deadline_and_the_connection_is_dead, open_connection,
                                        close_connection),
        cmocka_unit_test_setup_teardown(killed_backend_is_unavailable_from_then_on, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(killed_transaction_has_an_unknown_end, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(backend_killed_in_the_middle_says_why, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(deadlock_aborts_one_of_the_two, open_connection, close_connection),
        cmocka_unit_test_setup_teardown(statement_whose_columns_changed_asks_for_a_new_connection, open_connection,
                                        close_connection),
        cmocka_unit_test_setup_teardown(prepare_all_names_the_statement_that_does_not_fit, open_connection,
                                        close_connection),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
