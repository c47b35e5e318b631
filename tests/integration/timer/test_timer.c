#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "test_database.h"
#include "timer/timer.h"
#include "timer_sql.h"

static int open_group(void **state)
{
    return database_fixture_open(state, "timer", "dunlin_contact");
}

static int empty_timers(void **state)
{
    struct database_fixture *fixture = *state;
    test_database_script(fixture->owner, "TRUNCATE platform.timer");
    return 0;
}

static struct id subject(uint16_t partition, const char *key)
{
    return id_derive_root(partition, "subject", key, strlen(key));
}

static void set(struct timer_changes *changes, const char *kind, uint16_t partition, const char *key, int64_t due_at_us)
{
    timer_set(changes, &(struct timer){.kind = kind,
                                       .subject_id = subject(partition, key),
                                       .debtor_id = subject(partition, "debtor"),
                                       .agency_id = 7,
                                       .due_at = {due_at_us}});
}

static void cancel(struct timer_changes *changes, const char *kind, uint16_t partition, const char *key)
{
    struct id subject_id = subject(partition, key);
    timer_cancel(changes, kind, &subject_id);
}

/* Writes and frees the changes. */
static void write_all(struct db *db, const char *service, struct timer_changes *changes)
{
    struct db_tx tx = {0};
    struct error err = {0};
    assert_int_equal(db_tx_begin(db, &tx, NULL), STATUS_OK);
    if (timer_changes_write(&tx, service, changes, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
    timer_changes_free(changes);
}

static struct timers *take(struct db *db, const char *service, const uint16_t *partitions, size_t n, int64_t now_us,
                           int32_t limit, bool is_committed)
{
    struct db_tx tx = {0};
    struct timers *due = NULL;
    struct error err = {0};
    assert_int_equal(db_tx_begin(db, &tx, NULL), STATUS_OK);
    if (timer_take_due(&tx, service, partitions, n, (struct instant){now_us}, limit, &due, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    if (is_committed)
        assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
    else
        db_tx_rollback(&tx);
    return due;
}

static int64_t next_due(struct db *db, const char *service, const uint16_t *partitions, size_t n)
{
    struct instant due = {0};
    assert_int_equal(timer_next_due(db, service, partitions, n, &due, NULL), STATUS_OK);
    return due.us;
}

static const uint16_t BOTH[] = {1, 2};

static void every_statement_fits_the_schema(void **state)
{
    const struct database_fixture *fixture = *state;
    struct error err = {0};
    if (db_prepare_all(fixture->db, TIMER_STATEMENTS, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void due_timers_are_taken_once_and_earliest_first(void **state)
{
    struct database_fixture *fixture = *state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", 1, "late", 300);
    set(changes, "aging", 2, "early", 100);
    set(changes, "promise", 1, "middle", 200);
    set(changes, "aging", 2, "not yet", 301);
    set(changes, "aging", 3, "other partition", 50);
    write_all(fixture->db, "contact", changes);

    struct timers *due = take(fixture->db, "contact", BOTH, 2, 300, 10, true);
    assert_int_equal(due->n, 3);
    assert_int_equal(due->timers[0].due_at.us, 100);
    assert_int_equal(due->timers[1].due_at.us, 200);
    assert_int_equal(due->timers[2].due_at.us, 300);
    assert_string_equal(due->timers[0].kind, "aging");
    assert_string_equal(due->timers[1].kind, "promise");
    struct id want = subject(1, "middle");
    assert_true(id_equal(&due->timers[1].subject_id, &want));
    want = subject(1, "debtor");
    assert_true(id_equal(&due->timers[1].debtor_id, &want));
    assert_int_equal(due->timers[1].agency_id, 7);
    timers_freep(&due);

    due = take(fixture->db, "contact", BOTH, 2, 300, 10, true);
    assert_int_equal(due->n, 0);
    timers_free(due);
    assert_int_equal(next_due(fixture->db, "contact", BOTH, 2), 301);
}

static void a_limited_take_leaves_the_later_ones(void **state)
{
    struct database_fixture *fixture = *state;
    struct timer_changes *changes = timer_changes_new();
    for (int64_t i = 0; i < 10; i++) {
        char key[2] = {(char)('a' + i), '\0'};
        set(changes, "aging", BOTH[i % 2], key, 100 - i);
    }
    write_all(fixture->db, "contact", changes);
    int64_t want = 91;
    for (size_t taken = 0; taken < 10;) {
        struct timers *due = take(fixture->db, "contact", BOTH, 2, 1000, 3, true);
        assert_int_equal(due->n, taken < 9 ? 3 : 1);
        for (size_t i = 0; i < due->n; i++)
            assert_int_equal(due->timers[i].due_at.us, want++);
        taken += due->n;
        timers_free(due);
    }
}

/* Of a clock that is set back, and then leaps over a day and both changes to and from daylight saving: instants are
 * UTC, and none is met twice. */
static void timers_fire_once_and_in_order_however_time_moves(void **state)
{
    struct database_fixture *fixture = *state;
    static const int64_t DUE_US[] = {100, 200, 300, US_PER_DAY, 2 * US_PER_DAY, 240 * US_PER_DAY};
    static const struct {
        int64_t now_us;
        size_t n; /* that fire */
    } MOVES[] = {{150, 1}, {50, 0}, {150, 0}, {250, 1}, {99, 0}, {2 * US_PER_DAY, 3}, {100, 0}, {400 * US_PER_DAY, 1}};
    struct timer_changes *changes = timer_changes_new();
    for (size_t i = ARRAY_SIZE(DUE_US); i > 0; i--) {
        const char key[2] = {(char)('a' + i), '\0'};
        set(changes, "aging", BOTH[i % 2], key, DUE_US[i - 1]);
    }
    write_all(fixture->db, "contact", changes);
    size_t fired = 0;
    for (size_t m = 0; m < ARRAY_SIZE(MOVES); m++) {
        struct timers *due = take(fixture->db, "contact", BOTH, 2, MOVES[m].now_us, 10, true);
        assert_int_equal(due->n, MOVES[m].n);
        for (size_t i = 0; i < due->n; i++)
            assert_int_equal(due->timers[i].due_at.us, DUE_US[fired++]);
        timers_free(due);
    }
    assert_int_equal(fired, ARRAY_SIZE(DUE_US));
}

static void a_take_that_is_rolled_back_is_due_again(void **state)
{
    struct database_fixture *fixture = *state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", 1, "a", 10);
    write_all(fixture->db, "contact", changes);
    for (int i = 0; i < 2; i++) {
        struct timers *due = take(fixture->db, "contact", BOTH, 2, 10, 10, i == 1);
        assert_int_equal(due->n, 1);
        timers_free(due);
    }
}

static void setting_again_moves_and_cancelling_removes(void **state)
{
    struct database_fixture *fixture = *state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", 1, "a", 10);
    set(changes, "aging", 1, "b", 20);
    set(changes, "promise", 1, "a", 30);
    write_all(fixture->db, "contact", changes);
    changes = timer_changes_new();
    set(changes, "aging", 1, "a", 40);
    cancel(changes, "aging", 1, "b");
    cancel(changes, "aging", 1, "never was");
    write_all(fixture->db, "contact", changes);
    assert_int_equal(next_due(fixture->db, "contact", BOTH, 2), 30);
    struct timers *due = take(fixture->db, "contact", BOTH, 2, 1000, 10, true);
    assert_int_equal(due->n, 2);
    assert_string_equal(due->timers[0].kind, "promise");
    assert_int_equal(due->timers[1].due_at.us, 40);
    timers_free(due);
}

static int64_t row_version(struct db *db)
{
    static const struct db_statement SELECT = {"test.xmin", "SELECT t.xmin::text::bigint FROM platform.timer AS t"};
    struct db_result *result = NULL;
    assert_int_equal(db_exec(db, &SELECT, NULL, &result, NULL), STATUS_OK);
    assert_int_equal(db_rows(result), 1);
    int64_t version = db_int8(result, 0, 0);
    db_result_free(result);
    return version;
}

static void setting_the_same_again_writes_nothing(void **state)
{
    struct database_fixture *fixture = *state;
    int64_t versions[3];
    for (size_t i = 0; i < 3; i++) {
        struct timer_changes *changes = timer_changes_new();
        set(changes, "aging", 1, "a", i < 2 ? 10 : 11);
        write_all(fixture->db, "contact", changes);
        versions[i] = row_version(fixture->db);
    }
    assert_int_equal(versions[1], versions[0]);
    assert_int_not_equal(versions[2], versions[0]);
}

static void services_do_not_see_each_others_timers(void **state)
{
    struct database_fixture *fixture = *state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", 1, "a", 10);
    write_all(fixture->db, "payment", changes);
    changes = timer_changes_new();
    set(changes, "aging", 1, "a", 20);
    write_all(fixture->db, "contact", changes);
    changes = timer_changes_new();
    cancel(changes, "aging", 1, "a");
    write_all(fixture->db, "dispute", changes);
    struct timers *due = take(fixture->db, "contact", BOTH, 2, 1000, 10, true);
    assert_int_equal(due->n, 1);
    assert_int_equal(due->timers[0].due_at.us, 20);
    timers_free(due);
    assert_int_equal(next_due(fixture->db, "payment", BOTH, 2), 10);
}

static void without_timers_nothing_is_ever_due(void **state)
{
    struct database_fixture *fixture = *state;
    assert_int_equal(next_due(fixture->db, "contact", BOTH, 2), INT64_MAX);
    assert_int_equal(next_due(fixture->db, "contact", NULL, 0), INT64_MAX);
    struct timers *due = take(fixture->db, "contact", NULL, 0, INT64_MAX, 10, true);
    assert_int_equal(due->n, 0);
    timers_free(due);
    timers_free(NULL);
}

static void a_timer_without_a_debtor_is_refused_when_it_is_written(void **state)
{
    struct database_fixture *fixture = *state;
    SCOPED(timer_changes_freep) struct timer_changes *changes = timer_changes_new();
    timer_set(changes, &(struct timer){.kind = "aging", .subject_id = subject(1, "a"), .due_at = {10}});
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(fixture->db, &tx, NULL), STATUS_OK);
    enum status st = timer_changes_write(&tx, "contact", changes, NULL);
    db_tx_rollback(&tx);
    assert_int_equal(st, STATUS_FAILED_PRECONDITION);
}

struct taker {
    struct db *db;
    struct timers *due;
    enum status st;
};

static void *take_in_thread(void *arg)
{
    struct taker *taker = arg;
    struct db_tx tx = {0};
    taker->st = db_tx_begin(taker->db, &tx, NULL);
    if (taker->st == STATUS_OK)
        taker->st = timer_take_due(&tx, "contact", BOTH, 2, (struct instant){100}, 10, &taker->due, NULL);
    if (taker->st == STATUS_OK)
        taker->st = db_tx_commit(&tx, NULL);
    return NULL;
}

static bool is_somebody_waiting(struct db *db)
{
    static const struct db_statement SELECT = {"test.waiting",
                                               "SELECT count(*) FROM pg_stat_activity AS a WHERE a.datname = "
                                               "current_database() AND a.wait_event_type = 'Lock'"};
    struct db_result *result = NULL;
    assert_int_equal(db_exec(db, &SELECT, NULL, &result, NULL), STATUS_OK);
    bool is_waiting = db_int8(result, 0, 0) > 0;
    db_result_free(result);
    return is_waiting;
}

/* A mover has the timers' rows locked when the take has already found them due; the take waits for its commit, and must
 * then see that one of them is no longer due. The other it may take or leave to the next take: minor versions of
 * PostgreSQL differ in whether a row that was found by its place still counts when it has moved. */
static void a_timer_that_is_moved_meanwhile_is_not_taken(void **state)
{
    struct database_fixture *fixture = *state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", 1, "a", 10);
    set(changes, "aging", 1, "b", 20);
    write_all(fixture->db, "contact", changes);

    struct db_tx mover = {0};
    assert_int_equal(db_tx_begin(fixture->db, &mover, NULL), STATUS_OK);
    changes = timer_changes_new();
    set(changes, "aging", 1, "a", 5000);
    set(changes, "aging", 1, "b", 90);
    assert_int_equal(timer_changes_write(&mover, "contact", changes, NULL), STATUS_OK);
    timer_changes_free(changes);

    struct taker taker = {.db = test_database_connect(&fixture->database, "dunlin_contact")};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_in_thread, &taker), 0);
    struct monotonic deadline = clock_deadline_ms(20000);
    while (!is_somebody_waiting(fixture->owner) && clock_remaining_ms(deadline) > 0)
        (void)poll(NULL, 0, 1);
    assert_int_equal(db_tx_commit(&mover, NULL), STATUS_OK);
    (void)pthread_join(thread, NULL);
    db_close(taker.db);
    assert_int_equal(taker.st, STATUS_OK);
    struct timers *rest = take(fixture->db, "contact", BOTH, 2, 100, 10, true);
    assert_int_equal(taker.due->n + rest->n, 1);
    assert_int_equal((taker.due->n == 1 ? taker.due : rest)->timers[0].due_at.us, 90);
    timers_free(taker.due);
    timers_free(rest);
    assert_int_equal(next_due(fixture->db, "contact", BOTH, 2), 5000);
}

#define TEST(function) cmocka_unit_test_setup(function, empty_timers)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_statement_fits_the_schema),
        TEST(due_timers_are_taken_once_and_earliest_first),
        TEST(a_limited_take_leaves_the_later_ones),
        TEST(timers_fire_once_and_in_order_however_time_moves),
        TEST(a_take_that_is_rolled_back_is_due_again),
        TEST(setting_again_moves_and_cancelling_removes),
        TEST(setting_the_same_again_writes_nothing),
        TEST(services_do_not_see_each_others_timers),
        TEST(without_timers_nothing_is_ever_due),
        TEST(a_timer_without_a_debtor_is_refused_when_it_is_written),
        TEST(a_timer_that_is_moved_meanwhile_is_not_taken),
    };
    return cmocka_run_group_tests(tests, open_group, database_fixture_close);
}
