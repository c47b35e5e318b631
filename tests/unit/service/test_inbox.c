#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "service/inbox.h"

struct fixture {
    struct inbox inbox;
    GPtrArray *events;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    inbox_init(&fixture->inbox, 10);
    fixture->events = g_ptr_array_new();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    inbox_fini(&fixture->inbox);
    g_ptr_array_free(fixture->events, TRUE);
    g_free(fixture);
    return 0;
}

/* As it comes off the wire. */
static void add(struct inbox *inbox, int64_t first_seq, int64_t last_seq)
{
    const size_t n = (size_t)(last_seq - first_seq + 1);
    struct event *events = g_new0(struct event, n);
    for (size_t i = 0; i < n; i++)
        events[i] = (struct event){.seq = first_seq + (int64_t)i,
                                   .agency_id = 1,
                                   .type = "dunlin.intake.v1.AccountPlaced",
                                   .actor = "test",
                                   .traceparent = "",
                                   .payload = (const uint8_t *)"x",
                                   .payload_len = 1};
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct eventlog_batch *batch = NULL;
    struct error err = {0};
    eventlog_pack(events, n, &bytes, &len);
    const enum status st = eventlog_unpack(bytes, len, &batch, &err);
    free(bytes);
    g_free(events);
    assert_int_equal(st, STATUS_OK);
    inbox_add(inbox, batch);
}

/* What comes next is exactly first..last, and covers up to `covered`. */
static void assert_next(struct fixture *fixture, int64_t first_seq, int64_t last_seq, int64_t covered)
{
    g_ptr_array_set_size(fixture->events, 0);
    assert_int_equal(inbox_collect(&fixture->inbox, fixture->events, 1000), covered);
    assert_int_equal(fixture->events->len, last_seq - first_seq + 1);
    for (guint i = 0; i < fixture->events->len; i++)
        assert_int_equal(((const struct event *)g_ptr_array_index(fixture->events, i))->seq, first_seq + i);
}

static void assert_nothing(struct fixture *fixture)
{
    assert_next(fixture, 1, 0, fixture->inbox.cursor);
}

static void gives_what_follows_the_cursor_in_order(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 12);
    add(&fixture->inbox, 13, 13);
    assert_next(fixture, 11, 13, 13);
}

static void puts_batches_that_overtook_each_other_in_order(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 15, 16);
    add(&fixture->inbox, 11, 12);
    assert_next(fixture, 11, 12, 12);
    add(&fixture->inbox, 13, 14);
    assert_next(fixture, 11, 16, 16);
}

static void gives_what_came_twice_once(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 13);
    add(&fixture->inbox, 11, 13);
    assert_next(fixture, 11, 13, 13);
    inbox_advance(&fixture->inbox, 13);
    add(&fixture->inbox, 11, 13);
    assert_nothing(fixture);
}

static void gives_overlapping_batches_without_doubles(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 9, 12);
    add(&fixture->inbox, 11, 15);
    add(&fixture->inbox, 12, 13);
    assert_next(fixture, 11, 15, 15);
}

static void gives_the_rest_of_a_batch_that_is_half_applied(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 14);
    inbox_advance(&fixture->inbox, 12);
    assert_next(fixture, 13, 14, 14);
}

static void stops_at_a_gap(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 12, 13);
    assert_nothing(fixture);
    assert_true(fixture->inbox.is_gap);
    add(&fixture->inbox, 11, 11);
    assert_false(fixture->inbox.is_gap);
    assert_next(fixture, 11, 13, 13);
}

static void wants_the_log_once_a_gap_is_out_of_patience(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 12, 12);
    assert_false(inbox_must_read(&fixture->inbox, 1000000));
    const int64_t wait_ms = inbox_wait_ms(&fixture->inbox, 1000000);
    assert_true(wait_ms > 0 && wait_ms <= 1000000);
    assert_true(inbox_must_read(&fixture->inbox, 0));
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 0), 0);
}

static void has_nothing_to_do_while_nothing_is_known(void **state)
{
    struct fixture *fixture = *state;
    assert_false(inbox_must_read(&fixture->inbox, 0));
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 3), INT64_MAX);
}

static void goes_over_own_events_that_follow_the_cursor(void **state)
{
    struct fixture *fixture = *state;
    inbox_add_own(&fixture->inbox, 11, 15);
    assert_int_equal(fixture->inbox.cursor, 15);
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 3), INT64_MAX);
}

static void keeps_own_events_behind_a_gap_until_the_gap_is_filled(void **state)
{
    struct fixture *fixture = *state;
    inbox_add_own(&fixture->inbox, 13, 14);
    assert_int_equal(fixture->inbox.cursor, 10);
    assert_true(fixture->inbox.is_gap);
    add(&fixture->inbox, 11, 12);
    assert_next(fixture, 11, 12, 14);
    inbox_advance(&fixture->inbox, 12);
    assert_int_equal(fixture->inbox.cursor, 14);
    assert_false(fixture->inbox.is_gap);
}

static void covers_own_events_between_others(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 11);
    inbox_add_own(&fixture->inbox, 12, 13);
    add(&fixture->inbox, 14, 14);
    assert_int_equal(inbox_collect(&fixture->inbox, fixture->events, 1000), 14);
    assert_int_equal(fixture->events->len, 2);
}

static void stops_after_the_batch_that_reaches_the_limit(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 13);
    add(&fixture->inbox, 14, 16);
    assert_int_equal(inbox_collect(&fixture->inbox, fixture->events, 2), 13);
    assert_int_equal(fixture->events->len, 3);
}

static void wants_the_log_after_it_had_to_drop_batches(void **state)
{
    struct fixture *fixture = *state;
    for (int64_t seq = 12; seq < 12 + 2 * INBOX_BATCHES_MAX; seq++)
        add(&fixture->inbox, seq, seq);
    assert_int_equal(g_queue_get_length(fixture->inbox.entries), INBOX_BATCHES_MAX);
    assert_true(inbox_must_read(&fixture->inbox, 1000000));
}

static void reads_on_until_what_it_dropped_is_applied(void **state)
{
    struct fixture *fixture = *state;
    const int64_t last = 10 + 2 * INBOX_BATCHES_MAX;
    for (int64_t seq = 11; seq <= last; seq++)
        add(&fixture->inbox, seq, seq);
    assert_next(fixture, 11, 10 + INBOX_BATCHES_MAX, 10 + INBOX_BATCHES_MAX);
    inbox_advance(&fixture->inbox, 10 + INBOX_BATCHES_MAX);
    assert_true(inbox_must_read(&fixture->inbox, 1000000));
    inbox_advance(&fixture->inbox, last);
    assert_false(inbox_must_read(&fixture->inbox, 0));
}

static void wants_the_log_where_heads_stay_ahead_of_silence(void **state)
{
    struct fixture *fixture = *state;
    inbox_hear_head(&fixture->inbox, 10);
    assert_false(inbox_must_read(&fixture->inbox, 0));
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 1000000), INT64_MAX);
    inbox_hear_head(&fixture->inbox, 12);
    assert_false(inbox_must_read(&fixture->inbox, 1000000));
    assert_in_range(inbox_wait_ms(&fixture->inbox, 1000000), 1, 1000000);
    assert_true(inbox_must_read(&fixture->inbox, 0));
    inbox_advance(&fixture->inbox, 12);
    assert_false(inbox_must_read(&fixture->inbox, 0));
}

static void what_heads_say_may_still_come_off_the_wire(void **state)
{
    struct fixture *fixture = *state;
    inbox_hear_head(&fixture->inbox, 12);
    add(&fixture->inbox, 11, 12);
    assert_false(inbox_must_read(&fixture->inbox, 0));
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 1000000), 0);
}

static void reads_on_after_a_reading_that_reached_its_limit(void **state)
{
    struct fixture *fixture = *state;
    inbox_reset(&fixture->inbox, 10);
    inbox_hear_log(&fixture->inbox, 30, false);
    inbox_advance(&fixture->inbox, 30);
    assert_true(inbox_must_read(&fixture->inbox, 1000000));
    inbox_hear_log(&fixture->inbox, 30, true);
    assert_false(inbox_must_read(&fixture->inbox, 0));
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 3), INT64_MAX);
}

/* Otherwise a frame of another database's log would be waited for, and the log read for it, for ever. */
static void drops_what_lies_beyond_the_end_of_the_log(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 12);
    add(&fixture->inbox, 1000, 1001);
    inbox_hear_log(&fixture->inbox, 12, true);
    assert_next(fixture, 11, 12, 12);
    inbox_advance(&fixture->inbox, 12);
    assert_int_equal(inbox_wait_ms(&fixture->inbox, 0), INT64_MAX);
}

static void begins_anew_from_the_cursor_after_a_reset(void **state)
{
    struct fixture *fixture = *state;
    add(&fixture->inbox, 11, 12);
    add(&fixture->inbox, 14, 15);
    inbox_reset(&fixture->inbox, 9);
    assert_int_equal(fixture->inbox.cursor, 9);
    assert_nothing(fixture);
    assert_true(inbox_must_read(&fixture->inbox, 1000000));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(gives_what_follows_the_cursor_in_order),
        TEST(puts_batches_that_overtook_each_other_in_order),
        TEST(gives_what_came_twice_once),
        TEST(gives_overlapping_batches_without_doubles),
        TEST(gives_the_rest_of_a_batch_that_is_half_applied),
        TEST(stops_at_a_gap),
        TEST(wants_the_log_once_a_gap_is_out_of_patience),
        TEST(has_nothing_to_do_while_nothing_is_known),
        TEST(goes_over_own_events_that_follow_the_cursor),
        TEST(keeps_own_events_behind_a_gap_until_the_gap_is_filled),
        TEST(covers_own_events_between_others),
        TEST(stops_after_the_batch_that_reaches_the_limit),
        TEST(wants_the_log_after_it_had_to_drop_batches),
        TEST(reads_on_until_what_it_dropped_is_applied),
        TEST(wants_the_log_where_heads_stay_ahead_of_silence), TEST(what_heads_say_may_still_come_off_the_wire),
        TEST(reads_on_after_a_reading_that_reached_its_limit),
        TEST(drops_what_lies_beyond_the_end_of_the_log),
        TEST(begins_anew_from_the_cursor_after_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
