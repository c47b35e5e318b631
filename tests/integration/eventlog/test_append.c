#include "log_fixture.h"

#include <pthread.h>
#include <stdio.h>

#include "clock/clock.h"
#include "eventlog_sql.h"

static int open_group(void **state)
{
    return open_log(state, "eventlog_append");
}

static void every_statement_fits_the_schema(void **state)
{
    const struct database_fixture *fixture = *state;
    struct error err = {0};
    if (db_prepare_all(fixture->db, EVENTLOG_STATEMENTS, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void what_was_appended_is_read_back(void **state)
{
    const struct database_fixture *fixture = *state;
    struct event events[] = {draft(3), draft(3), draft(9)};
    events[0].account_id = id_derive(&events[0].debtor_id, "account", "a", 1);
    events[0].traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    events[1].debtor_id = (struct id){{0}};
    events[1].actor = "user:\xC3\xA4nna";
    events[1].payload = NULL;
    events[1].payload_len = 0;
    const uint16_t partitions[] = {3, 9};
    int64_t before_us = clock_wall_us();
    assert_int_equal(append_events(fixture->db, partitions, 2, events, 3, NULL), STATUS_OK);
    assert_int_equal(events[0].seq, 1);
    assert_int_equal(events[1].seq, 2);
    assert_int_equal(events[2].seq, 1);

    struct eventlog_batch *batch = NULL;
    const int64_t from_start[] = {0, 0};
    assert_int_equal(eventlog_read_many(fixture->db, partitions, from_start, 2, 10, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, 3);
    for (size_t i = 0; i < batch->n; i++) {
        const struct event *got = &batch->events[i];
        assert_int_equal(got->partition, events[i].partition);
        assert_int_equal(got->seq, events[i].seq);
        assert_int_equal(got->recorded_at_us, events[i].recorded_at_us);
        assert_in_range((uint64_t)got->recorded_at_us, (uint64_t)before_us, (uint64_t)clock_wall_us());
        assert_int_equal(got->occurred_at_us, events[i].occurred_at_us);
        assert_int_equal(got->agency_id, 1);
        assert_true(id_equal(&got->debtor_id, &events[i].debtor_id));
        assert_true(id_equal(&got->account_id, &events[i].account_id));
        assert_string_equal(got->type, events[i].type);
        assert_string_equal(got->actor, events[i].actor);
        assert_string_equal(got->traceparent, events[i].traceparent);
        assert_int_equal(got->payload_len, events[i].payload_len);
        assert_memory_equal(got->hash, events[i].hash, EVENTLOG_HASH_BYTES);
    }
    assert_memory_equal(batch->events[0].payload, "\x0A\x00\xFF", 3);
    eventlog_batch_free(batch);
}

static void a_second_append_of_a_transaction_follows_the_first(void **state)
{
    const struct database_fixture *fixture = *state;
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(fixture->db, &tx, NULL), STATUS_OK);
    struct eventlog_head *heads = NULL;
    const uint16_t partitions[] = {0, 63};
    assert_int_equal(eventlog_lock(&tx, partitions, 2, &heads, NULL), STATUS_OK);
    assert_int_equal(heads[1].next_seq, EVENTLOG_FIRST_SEQ);
    struct event first[] = {draft(0), draft(63)};
    assert_int_equal(eventlog_append(&tx, heads, 2, first, 2, NULL, 0, NULL), STATUS_OK);
    struct event second[] = {draft(63), draft(63)};
    assert_int_equal(eventlog_append(&tx, heads, 2, second, 2, NULL, 0, NULL), STATUS_OK);
    assert_int_equal(eventlog_append(&tx, heads, 2, NULL, 0, NULL, 0, NULL), STATUS_OK);
    assert_int_equal(heads[0].next_seq, 2);
    assert_int_equal(heads[1].next_seq, 4);
    free(heads);
    assert_int_equal(db_tx_commit(&tx, NULL), STATUS_OK);
    int64_t n = 0;
    assert_int_equal(eventlog_verify(fixture->db, 63, NULL, NULL, &n, NULL), STATUS_OK);
    assert_int_equal(n, 3);
}

static void a_rollback_leaves_nothing(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 5, 2);
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(fixture->db, &tx, NULL), STATUS_OK);
    struct eventlog_head *heads = NULL;
    assert_int_equal(eventlog_lock(&tx, (const uint16_t[]){5}, 1, &heads, NULL), STATUS_OK);
    struct event event = draft(5);
    assert_int_equal(eventlog_append(&tx, heads, 1, &event, 1, NULL, 0, NULL), STATUS_OK);
    free(heads);
    db_tx_rollback(&tx);
    assert_int_equal(next_seq(fixture->db, 5), 3);
    assert_int_equal(count_events(fixture->db, 5), 2);
    fill(fixture->db, 5, 1);
    int64_t n = 0;
    assert_int_equal(eventlog_verify(fixture->db, 5, NULL, NULL, &n, NULL), STATUS_OK);
    assert_int_equal(n, 3);
}

static void a_payload_that_is_too_long_is_refused_before_anything_is_sent(void **state)
{
    const struct database_fixture *fixture = *state;
    uint8_t *payload = calloc(1, EVENTLOG_PAYLOAD_MAX_BYTES + 1);
    struct event events[] = {draft(1), draft(1)};
    events[1].payload = payload;
    events[1].payload_len = EVENTLOG_PAYLOAD_MAX_BYTES + 1;
    struct error err = {0};
    assert_int_equal(append_events(fixture->db, (const uint16_t[]){1}, 1, events, 2, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "AccountPlaced"));
    events[1].payload_len--;
    assert_int_equal(append_events(fixture->db, (const uint16_t[]){1}, 1, events, 2, NULL), STATUS_OK);
    assert_int_equal(count_events(fixture->db, 1), 2);
    free(payload);
}

static void heads_that_were_not_locked_do_not_advance(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 2, 3);
    struct db_tx tx = {0};
    assert_int_equal(db_tx_begin(fixture->db, &tx, NULL), STATUS_OK);
    struct eventlog_head stale = {.partition = 2, .next_seq = 2};
    struct event event = draft(2);
    assert_int_equal(eventlog_append(&tx, &stale, 1, &event, 1, NULL, 0, NULL), STATUS_INTERNAL);
    assert_int_equal(stale.next_seq, 2);
    db_tx_rollback(&tx);
    assert_int_equal(count_events(fixture->db, 2), 3);
}

#define N_WRITERS      4
#define N_TRANSACTIONS 60
#define N_PARTITIONS   6

struct writer {
    struct db *db;
    unsigned number;
    size_t n_written[N_PARTITIONS];
    enum status st;
    struct error err;
};

/* Each transaction appends one to three events to each of some partitions, chosen so that any two writers meet all the
 * time. */
static void *write_transactions(void *arg)
{
    struct writer *writer = arg;
    for (unsigned round = 0; round < N_TRANSACTIONS && writer->st == STATUS_OK; round++) {
        uint16_t partitions[N_PARTITIONS];
        size_t n_partitions = 0;
        struct event events[3 * N_PARTITIONS];
        size_t n_events = 0;
        for (uint16_t p = 0; p < N_PARTITIONS; p++) {
            if (((round + writer->number) >> (p % 3) & 1u) == 0)
                continue;
            partitions[n_partitions++] = p;
            for (unsigned k = 0; k <= (round + p) % 3; k++)
                events[n_events++] = draft(p);
        }
        writer->st = append_events(writer->db, partitions, n_partitions, events, n_events, &writer->err);
        for (size_t i = 0; i < n_events && writer->st == STATUS_OK; i++)
            writer->n_written[events[i].partition]++;
    }
    return NULL;
}

static void four_writers_make_one_gapless_chain_a_partition(void **state)
{
    const struct database_fixture *fixture = *state;
    struct writer writers[N_WRITERS] = {0};
    pthread_t threads[N_WRITERS];
    for (unsigned i = 0; i < N_WRITERS; i++) {
        writers[i].number = i;
        writers[i].db = test_database_connect(&fixture->database, "dunlin_intake");
        assert_int_equal(pthread_create(&threads[i], NULL, write_transactions, &writers[i]), 0);
    }
    for (unsigned i = 0; i < N_WRITERS; i++)
        (void)pthread_join(threads[i], NULL);
    size_t n_written[N_PARTITIONS] = {0};
    for (unsigned i = 0; i < N_WRITERS; i++) {
        db_close(writers[i].db);
        if (writers[i].st != STATUS_OK)
            fail_msg("writer %u: %s", i, writers[i].err.text);
        for (size_t p = 0; p < N_PARTITIONS; p++)
            n_written[p] += writers[i].n_written[p];
    }
    for (uint16_t p = 0; p < N_PARTITIONS; p++) {
        int64_t n = 0;
        struct error err = {0};
        if (eventlog_verify(fixture->db, p, NULL, NULL, &n, &err) != STATUS_OK)
            fail_msg("%s", err.text);
        assert_true(n > 0);
        assert_int_equal(n, n_written[p]);
        assert_int_equal(next_seq(fixture->db, p), n + 1);
    }
}

static void reads_begin_after_a_number_and_end_at_the_limit(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 4, 10);
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read(fixture->db, 4, 3, 4, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, 4);
    for (size_t i = 0; i < batch->n; i++)
        assert_int_equal(batch->events[i].seq, 4 + i);
    eventlog_batch_freep(&batch);
    assert_int_equal(eventlog_read(fixture->db, 4, 10, 4, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, 0);
    eventlog_batch_freep(&batch);
}

static void many_partitions_are_read_in_the_given_order_each_after_its_own_number(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 1, 5);
    fill(fixture->db, 2, 5);
    fill(fixture->db, 3, 5);
    const uint16_t partitions[] = {3, 7, 1, 2};
    const int64_t after[] = {4, 0, 1, 5};
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read_many(fixture->db, partitions, after, 4, 3, &batch, NULL), STATUS_OK);
    const struct {
        uint16_t partition;
        int64_t seq;
    } want[] = {{3, 5}, {1, 2}, {1, 3}, {1, 4}};
    assert_int_equal(batch->n, ARRAY_SIZE(want));
    for (size_t i = 0; i < batch->n; i++) {
        assert_int_equal(batch->events[i].partition, want[i].partition);
        assert_int_equal(batch->events[i].seq, want[i].seq);
    }
    eventlog_batch_freep(&batch);
    assert_int_equal(eventlog_read_many(fixture->db, NULL, NULL, 0, 3, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, 0);
    eventlog_batch_freep(&batch);
}

/* Events of one partition lie in several months; a machine whose clock was wrong writes into a month out of turn. */
static void events_are_read_in_order_across_months(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 6, 6);
    test_database_script(
        fixture->owner, "UPDATE log.event SET recorded_at_us = recorded_at_us + CASE seq % 3 WHEN 0 THEN 0 WHEN 1 THEN "
                        "31 * 86400000000 ELSE -3650 * 86400000000 END WHERE partition = 6");
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read(fixture->db, 6, 1, 4, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, 4);
    for (size_t i = 0; i < batch->n; i++)
        assert_int_equal(batch->events[i].seq, 2 + i);
    eventlog_batch_freep(&batch);
    assert_int_equal(eventlog_read_many(fixture->db, (const uint16_t[]){6}, (const int64_t[]){0}, 1, 6, &batch, NULL),
                     STATUS_OK);
    assert_int_equal(batch->n, 6);
    for (size_t i = 0; i < batch->n; i++)
        assert_int_equal(batch->events[i].seq, 1 + i);
    eventlog_batch_freep(&batch);
}

static void one_event_is_read_by_its_number(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 8, 3);
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read_one(fixture->db, 8, 2, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, 1);
    assert_int_equal(batch->events[0].seq, 2);
    eventlog_batch_freep(&batch);
    struct error err = {0};
    assert_int_equal(eventlog_read_one(fixture->db, 8, 4, &batch, &err), STATUS_NOT_FOUND);
    assert_non_null(strstr(err.text, "partition 8 has no event 4"));
    assert_null(batch);
}

static void heads_come_in_the_order_asked_for(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 1, 1);
    fill(fixture->db, 9, 4);
    const uint16_t partitions[] = {9, 0, 1, 9};
    int64_t seqs[4] = {0};
    assert_int_equal(eventlog_heads(fixture->db, partitions, 4, seqs, NULL), STATUS_OK);
    assert_int_equal(seqs[0], 5);
    assert_int_equal(seqs[1], 1);
    assert_int_equal(seqs[2], 2);
    assert_int_equal(seqs[3], 5);
    assert_int_equal(eventlog_heads(fixture->db, (const uint16_t[]){64}, 1, seqs, NULL), STATUS_FAILED_PRECONDITION);
}

static void what_was_read_can_be_packed_and_unpacked(void **state)
{
    const struct database_fixture *fixture = *state;
    fill(fixture->db, 2, 100);
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read(fixture->db, 2, 0, 100, &batch, NULL), STATUS_OK);
    uint8_t *bytes = NULL;
    size_t len = 0;
    eventlog_pack(batch->events, batch->n, &bytes, &len);
    eventlog_batch_freep(&batch);
    assert_int_equal(eventlog_unpack(bytes, len, &batch, NULL), STATUS_OK);
    free(bytes);
    uint8_t chain[EVENTLOG_HASH_BYTES] = {0};
    for (size_t i = 0; i < batch->n; i++) {
        eventlog_hash(chain, &batch->events[i], chain);
        assert_memory_equal(chain, batch->events[i].hash, sizeof(chain));
    }
    eventlog_batch_free(batch);
}

#define TEST(function) cmocka_unit_test_setup(function, empty_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_statement_fits_the_schema),
        TEST(what_was_appended_is_read_back),
        TEST(a_second_append_of_a_transaction_follows_the_first),
        TEST(a_rollback_leaves_nothing),
        TEST(a_payload_that_is_too_long_is_refused_before_anything_is_sent),
        TEST(heads_that_were_not_locked_do_not_advance),
        TEST(four_writers_make_one_gapless_chain_a_partition),
        TEST(reads_begin_after_a_number_and_end_at_the_limit),
        TEST(many_partitions_are_read_in_the_given_order_each_after_its_own_number),
        TEST(events_are_read_in_order_across_months),
        TEST(one_event_is_read_by_its_number),
        TEST(heads_come_in_the_order_asked_for),
        TEST(what_was_read_can_be_packed_and_unpacked),
    };
    return cmocka_run_group_tests(tests, open_group, database_fixture_close);
}
