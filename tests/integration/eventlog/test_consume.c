#include "log_fixture.h"

#include <stdio.h>

static int open_group(void **state)
{
    return open_log(state, "eventlog_consume");
}

/* Of a log that has its events up to 50. */
static void script_cursors(const struct database_fixture *fixture)
{
    test_database_script(fixture->owner, "UPDATE log.head SET next_seq = 51 WHERE partition IN (1, 2)");
    test_database_script(fixture->owner, "INSERT INTO log.cursor VALUES ('contact', 1, 0, 5, 'contact-a'), "
                                         "('contact', 2, 0, 7, 'contact-a'), ('payment', 1, 0, 5, 'payment-a')");
}

static int64_t cursor_seq(struct db *db, const char *consumer, int16_t partition)
{
    static const struct db_statement SELECT = {
        "test.cursor", "SELECT c.seq FROM log.cursor AS c WHERE c.consumer = $1::text AND c.partition = $2::smallint"};
    struct db_args args = {0};
    db_arg_text(&args, consumer);
    db_arg_int2(&args, partition);
    struct db_result *result = NULL;
    assert_int_equal(db_exec(db, &SELECT, &args, &result, NULL), STATUS_OK);
    assert_int_equal(db_rows(result), 1);
    int64_t seq = db_int8(result, 0, 0);
    db_result_free(result);
    return seq;
}

/* What a consumer does: one event appended and both cursors moved in one round trip; commits where both moved. Returns
 * how many moved. */
static int64_t consume(struct db *db, const struct eventlog_cursor_move moves[static 2])
{
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(db, &tx, NULL), STATUS_OK);
    struct eventlog_head *heads = NULL;
    assert_int_equal(eventlog_lock(&tx, (const uint16_t[]){1}, 1, &heads, NULL), STATUS_OK);
    struct eventlog_cursor_call storage = {0};
    struct db_call more = {0};
    eventlog_cursor_prepare("contact", moves, 2, &storage, &more);
    struct event event = draft(1);
    assert_int_equal(eventlog_append(&tx, heads, 1, &event, 1, &more, 1, NULL), STATUS_OK);
    int64_t n_moved = db_affected(more.result);
    db_calls_clear(&more, 1);
    eventlog_cursor_clear(&storage);
    free(heads);
    if (n_moved == 2)
        assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
    else
        db_tx_rollback(&tx);
    return n_moved;
}

static void cursors_move_with_the_events_they_brought_about(void **state)
{
    const struct database_fixture *fixture = *state;
    script_cursors(fixture);
    assert_int_equal(consume(fixture->db, (const struct eventlog_cursor_move[]){{1, 5, 42}, {2, 7, 43}}), 2);
    assert_int_equal(cursor_seq(fixture->db, "contact", 1), 42);
    assert_int_equal(cursor_seq(fixture->db, "contact", 2), 43);
    assert_int_equal(cursor_seq(fixture->db, "payment", 1), 0);
    assert_int_equal(count_events(fixture->db, 1), 1);
}

static void a_stale_epoch_moves_fewer_cursors_and_leaves_no_event(void **state)
{
    const struct database_fixture *fixture = *state;
    script_cursors(fixture);
    assert_int_equal(consume(fixture->db, (const struct eventlog_cursor_move[]){{1, 5, 42}, {2, 6, 43}}), 1);
    assert_int_equal(cursor_seq(fixture->db, "contact", 1), 0);
    assert_int_equal(cursor_seq(fixture->db, "contact", 2), 0);
    assert_int_equal(count_events(fixture->db, 1), 0);
}

/* What a consumer applied beyond the end came over the wire and is none of the log's. */
static void a_cursor_never_passes_the_end_of_the_log(void **state)
{
    const struct database_fixture *fixture = *state;
    script_cursors(fixture);
    assert_int_equal(consume(fixture->db, (const struct eventlog_cursor_move[]){{1, 5, 52}, {2, 7, 50}}), 1);
    assert_int_equal(consume(fixture->db, (const struct eventlog_cursor_move[]){{1, 5, 51}, {2, 7, 51}}), 1);
    assert_int_equal(cursor_seq(fixture->db, "contact", 1), 0);
    /* The event that goes with it is there by then. */
    assert_int_equal(consume(fixture->db, (const struct eventlog_cursor_move[]){{1, 5, 51}, {2, 7, 50}}), 2);
    assert_int_equal(cursor_seq(fixture->db, "contact", 1), 51);
}

static void moves_alone_need_no_events(void **state)
{
    const struct database_fixture *fixture = *state;
    script_cursors(fixture);
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(fixture->db, &tx, NULL), STATUS_OK);
    struct eventlog_cursor_call storage = {0};
    struct db_call more = {0};
    const struct eventlog_cursor_move move = {1, 5, 9};
    eventlog_cursor_prepare("contact", &move, 1, &storage, &more);
    assert_int_equal(eventlog_append(&tx, NULL, 0, NULL, 0, &more, 1, NULL), STATUS_OK);
    assert_int_equal(db_affected(more.result), 1);
    db_calls_clear(&more, 1);
    eventlog_cursor_clear(&storage);
    assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
    assert_int_equal(cursor_seq(fixture->db, "contact", 1), 9);
}

static void a_statement_of_more_that_fails_takes_the_events_with_it(void **state)
{
    const struct database_fixture *fixture = *state;
    static const struct db_statement FAILING = {"test.fail", "SELECT 1 / $1::integer"};
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(fixture->db, &tx, NULL), STATUS_OK);
    struct eventlog_head *heads = NULL;
    assert_int_equal(eventlog_lock(&tx, (const uint16_t[]){1}, 1, &heads, NULL), STATUS_OK);
    struct db_call more = {.statement = &FAILING};
    db_arg_int4(&more.args, 0);
    struct event event = draft(1);
    struct error err = {0};
    assert_int_equal(eventlog_append(&tx, heads, 1, &event, 1, &more, 1, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "test.fail"));
    assert_null(more.result);
    assert_int_equal(heads[0].next_seq, 1);
    free(heads);
    db_tx_rollback(&tx);
    assert_int_equal(count_events(fixture->db, 1), 0);
}

static void park(struct db *db, const char *consumer, uint16_t partition, int64_t seq, const char *reason)
{
    struct event event = draft(partition);
    event.seq = seq;
    if (seq % 2 == 0)
        event.debtor_id = (struct id){{0}};
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(db, &tx, NULL), STATUS_OK);
    assert_int_equal(eventlog_park(&tx, consumer, &event, reason, 3, NULL), STATUS_OK);
    assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
}

static void unpark(struct db *db, const char *consumer, uint16_t partition, int64_t seq)
{
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(db, &tx, NULL), STATUS_OK);
    assert_int_equal(eventlog_unpark(&tx, consumer, partition, seq, NULL), STATUS_OK);
    assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
}

static size_t count_parked(struct db *db, const char *consumer, const uint16_t *partitions, size_t n_partitions)
{
    struct parked_event *parked = NULL;
    size_t n = 99;
    assert_int_equal(eventlog_parked(db, consumer, partitions, n_partitions, &parked, &n, NULL), STATUS_OK);
    free(parked);
    return n;
}

static void parked_events_are_listed_in_order_until_they_are_unparked(void **state)
{
    const struct database_fixture *fixture = *state;
    struct db *db = fixture->db;
    park(db, "contact", 9, 4, "no such account");
    park(db, "contact", 1, 12, "waits behind 3");
    park(db, "contact", 1, 3, "bad payload");
    park(db, "contact", 2, 1, "not asked for");
    park(db, "payment", 1, 3, "somebody else's");
    test_database_script(fixture->owner, "UPDATE log.parked SET is_released = true WHERE partition = 9");

    struct parked_event *parked = NULL;
    size_t n = 0;
    const uint16_t partitions[] = {9, 1};
    assert_int_equal(eventlog_parked(db, "contact", partitions, 2, &parked, &n, NULL), STATUS_OK);
    assert_int_equal(n, 3);
    assert_int_equal(parked[0].partition, 1);
    assert_int_equal(parked[0].seq, 3);
    assert_false(parked[0].is_released);
    struct id debtor_id = draft(1).debtor_id;
    assert_true(id_equal(&parked[0].debtor_id, &debtor_id));
    assert_int_equal(parked[1].seq, 12);
    assert_true(id_is_none(&parked[1].debtor_id));
    assert_int_equal(parked[2].partition, 9);
    assert_true(parked[2].is_released);
    free(parked);

    unpark(db, "contact", 1, 3);
    unpark(db, "contact", 1, 3); /* gone already: the same */
    assert_int_equal(count_parked(db, "contact", partitions, 2), 2);
    assert_int_equal(count_parked(db, "payment", partitions, 2), 1);
    assert_int_equal(count_parked(db, "intake", partitions, 2), 0);
}

static void an_event_that_is_parked_again_is_no_longer_released(void **state)
{
    const struct database_fixture *fixture = *state;
    const uint16_t partition = 1;
    park(fixture->db, "contact", partition, 3, "bad payload");
    test_database_script(fixture->owner, "UPDATE log.parked SET is_released = true");
    park(fixture->db, "contact", partition, 3, "still bad");
    struct parked_event *parked = NULL;
    size_t n = 0;
    assert_int_equal(eventlog_parked(fixture->db, "contact", &partition, 1, &parked, &n, NULL), STATUS_OK);
    assert_int_equal(n, 1);
    assert_false(parked[0].is_released);
    free(parked);
}

#define TEST(function) cmocka_unit_test_setup(function, empty_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cursors_move_with_the_events_they_brought_about),
        TEST(a_stale_epoch_moves_fewer_cursors_and_leaves_no_event),
        TEST(a_cursor_never_passes_the_end_of_the_log),
        TEST(moves_alone_need_no_events),
        TEST(a_statement_of_more_that_fails_takes_the_events_with_it),
        TEST(parked_events_are_listed_in_order_until_they_are_unparked),
        TEST(an_event_that_is_parked_again_is_no_longer_released),
    };
    return cmocka_run_group_tests(tests, open_group, database_fixture_close);
}
