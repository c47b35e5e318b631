#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin/log/v1/log.pb-c.h"
#include "eventlog/eventlog.h"

#define N_EVENTS 3

/* Three events of partition 7 from seq 100 on: a full one, one without ids and trace, and one with an empty payload. */
static void make_events(struct event events[static N_EVENTS])
{
    memset(events, 0, N_EVENTS * sizeof(events[0]));
    for (size_t i = 0; i < N_EVENTS; i++) {
        events[i] = (struct event){
            .partition = 7,
            .seq = 100 + (int64_t)i,
            .recorded_at_us = INT64_C(1763800000000000) + (int64_t)i,
            .occurred_at_us = INT64_C(1763700000000000),
            .agency_id = 3,
            .type = "dunlin.intake.v1.AccountPlaced",
            .actor = "service:intake",
            .traceparent = "",
            .payload = (const uint8_t *)"\x0A\x00\xFF",
            .payload_len = 3,
        };
        memset(events[i].hash, (int)i + 1, EVENTLOG_HASH_BYTES);
    }
    events[0].debtor_id = id_derive_root(7, "debtor", "d", 1);
    events[0].account_id = id_derive(&events[0].debtor_id, "account", "a", 1);
    events[0].traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    events[2].payload = NULL;
    events[2].payload_len = 0;
}

static void assert_same(const struct event *got, const struct event *want)
{
    assert_int_equal(got->partition, want->partition);
    assert_int_equal(got->seq, want->seq);
    assert_int_equal(got->recorded_at_us, want->recorded_at_us);
    assert_int_equal(got->occurred_at_us, want->occurred_at_us);
    assert_int_equal(got->agency_id, want->agency_id);
    assert_true(id_equal(&got->debtor_id, &want->debtor_id));
    assert_true(id_equal(&got->account_id, &want->account_id));
    assert_string_equal(got->type, want->type);
    assert_string_equal(got->actor, want->actor);
    assert_string_equal(got->traceparent, want->traceparent);
    assert_int_equal(got->payload_len, want->payload_len);
    if (want->payload_len > 0)
        assert_memory_equal(got->payload, want->payload, want->payload_len);
    assert_memory_equal(got->hash, want->hash, EVENTLOG_HASH_BYTES);
}

static void what_was_packed_is_unpacked(void **state)
{
    (void)state;
    struct event events[N_EVENTS];
    make_events(events);
    uint8_t *bytes = NULL;
    size_t len = 0;
    eventlog_pack(events, N_EVENTS, &bytes, &len);
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_unpack(bytes, len, &batch, NULL), STATUS_OK);
    free(bytes); /* the batch does not borrow it */
    assert_int_equal(batch->n, N_EVENTS);
    for (size_t i = 0; i < N_EVENTS; i++)
        assert_same(&batch->events[i], &events[i]);
    eventlog_batch_freep(&batch);
    assert_null(batch);
}

static void a_big_batch_is_unpacked(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct event base[N_EVENTS];
    make_events(base);
    struct event *events = calloc(N, sizeof(*events));
    for (size_t i = 0; i < N; i++) {
        events[i] = base[i % N_EVENTS];
        events[i].seq = 1 + (int64_t)i;
    }
    uint8_t *bytes = NULL;
    size_t len = 0;
    eventlog_pack(events, N, &bytes, &len);
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_unpack(bytes, len, &batch, NULL), STATUS_OK);
    assert_int_equal(batch->n, N);
    for (size_t i = 0; i < N; i++)
        assert_same(&batch->events[i], &events[i]);
    eventlog_batch_free(batch);
    free(bytes);
    free(events);
}

static void every_truncated_batch_is_refused_or_ends_between_two_events(void **state)
{
    (void)state;
    struct event events[N_EVENTS];
    make_events(events);
    uint8_t *bytes = NULL;
    size_t len = 0;
    eventlog_pack(events, N_EVENTS, &bytes, &len);
    size_t n_accepted = 0;
    for (size_t cut = 0; cut < len; cut++) {
        /* A copy of exactly that size, so that a sanitizer sees a read beyond it. */
        uint8_t *part = malloc(cut > 0 ? cut : 1);
        memcpy(part, bytes, cut);
        struct eventlog_batch *batch = NULL;
        enum status st = eventlog_unpack(part, cut, &batch, NULL);
        free(part);
        if (st == STATUS_OK) {
            n_accepted++;
            assert_in_range(batch->n, 1, N_EVENTS - 1);
            eventlog_batch_free(batch);
        } else {
            assert_int_equal(st, STATUS_INVALID_ARGUMENT);
            assert_null(batch);
        }
    }
    assert_int_equal(n_accepted, N_EVENTS - 1);
    free(bytes);
}

/* Every byte of a good batch changed in turn: nothing may crash, and what is accepted keeps the promises. */
static void a_changed_byte_never_gives_an_impossible_batch(void **state)
{
    (void)state;
    struct event events[N_EVENTS];
    make_events(events);
    uint8_t *bytes = NULL;
    size_t len = 0;
    eventlog_pack(events, N_EVENTS, &bytes, &len);
    for (size_t at = 0; at < len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[at] ^= (uint8_t)(1u << bit);
            struct eventlog_batch *batch = NULL;
            if (eventlog_unpack(bytes, len, &batch, NULL) == STATUS_OK) {
                for (size_t i = 0; i < batch->n; i++) {
                    assert_in_range(batch->events[i].partition, 0, PARTITION_COUNT - 1);
                    assert_int_equal(batch->events[i].seq, batch->events[0].seq + (int64_t)i);
                    assert_non_null(batch->events[i].traceparent);
                }
                eventlog_batch_free(batch);
            }
            bytes[at] ^= (uint8_t)(1u << bit);
        }
    }
    free(bytes);
}

/* What one change to a good message does to it. */
static void seq_gap(Dunlin__Log__V1__EventBatch *message)
{
    message->events[1]->seq++;
}

static void seq_double(Dunlin__Log__V1__EventBatch *message)
{
    message->events[1]->seq--;
}

static void seq_zero(Dunlin__Log__V1__EventBatch *message)
{
    for (size_t i = 0; i < message->n_events; i++)
        message->events[i]->seq = (int64_t)i;
}

static void seq_overflow(Dunlin__Log__V1__EventBatch *message)
{
    message->events[0]->seq = INT64_MAX;
    message->events[1]->seq = INT64_MIN;
}

static void partition_too_big(Dunlin__Log__V1__EventBatch *message)
{
    message->partition = PARTITION_COUNT;
}

static void partition_beyond_16_bits(Dunlin__Log__V1__EventBatch *message)
{
    message->partition = 65536 + 7;
}

static void no_events(Dunlin__Log__V1__EventBatch *message)
{
    message->n_events = 0;
}

static void short_hash(Dunlin__Log__V1__EventBatch *message)
{
    message->events[2]->hash.len = EVENTLOG_HASH_BYTES - 1;
}

static void no_hash(Dunlin__Log__V1__EventBatch *message)
{
    message->events[2]->hash.len = 0;
}

static void short_id(Dunlin__Log__V1__EventBatch *message)
{
    message->events[0]->debtor_id.len = 15;
}

static void id_of_no_partition(Dunlin__Log__V1__EventBatch *message)
{
    message->events[0]->account_id.data[14] = 0xFF;
}

static void empty_type(Dunlin__Log__V1__EventBatch *message)
{
    message->events[1]->type[0] = '\0';
}

static void huge_payload(Dunlin__Log__V1__EventBatch *message)
{
    static uint8_t zeros[EVENTLOG_PAYLOAD_MAX_BYTES + 1];
    free(message->events[1]->payload.data);
    message->events[1]->payload = (ProtobufCBinaryData){.len = sizeof(zeros), .data = zeros};
}

static const struct {
    void (*change)(Dunlin__Log__V1__EventBatch *message);
    const char *want; /* in the error's text */
} CHANGES[] = {
    {seq_gap, "event 1: seq 102"},
    {seq_double, "event 1: seq 100"},
    {seq_zero, "event 0: seq 0"},
    {seq_overflow, "event 1: seq"},
    {partition_too_big, "partition 64"},
    {partition_beyond_16_bits, "partition 65543"},
    {no_events, "no events"},
    {short_hash, "event 2: hash"},
    {no_hash, "event 2: hash"},
    {short_id, "event 0: debtor_id"},
    {id_of_no_partition, "event 0: account_id"},
    {empty_type, "event 1: type"},
    {huge_payload, "event 1: payload"},
};

static void batches_that_break_a_promise_are_refused(void **state)
{
    (void)state;
    struct event events[N_EVENTS];
    make_events(events);
    for (size_t i = 0; i < ARRAY_SIZE(CHANGES); i++) {
        uint8_t *bytes = NULL;
        size_t len = 0;
        eventlog_pack(events, N_EVENTS, &bytes, &len);
        Dunlin__Log__V1__EventBatch *message = dunlin__log__v1__event_batch__unpack(NULL, len, bytes);
        size_t n_events = message->n_events;
        CHANGES[i].change(message);
        len = dunlin__log__v1__event_batch__get_packed_size(message);
        uint8_t *changed = malloc(len + 1);
        (void)dunlin__log__v1__event_batch__pack(message, changed);

        struct eventlog_batch *batch = NULL;
        struct error err = {0};
        assert_int_equal(eventlog_unpack(changed, len, &batch, &err), STATUS_INVALID_ARGUMENT);
        assert_null(batch);
        if (strstr(err.text, CHANGES[i].want) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, CHANGES[i].want);

        message->n_events = n_events;
        if (CHANGES[i].change == huge_payload)
            message->events[1]->payload = (ProtobufCBinaryData){0};
        dunlin__log__v1__event_batch__free_unpacked(message, NULL);
        free(changed);
        free(bytes);
    }
}

static void garbage_is_refused(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (size_t round = 0; round < 20000; round++) {
        uint8_t bytes[64];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            bytes[i] = (uint8_t)random;
        }
        struct eventlog_batch *batch = NULL;
        assert_int_equal(eventlog_unpack(bytes, round % sizeof(bytes), &batch, NULL), STATUS_INVALID_ARGUMENT);
    }
}

/* A hundred thousand records of no bytes, "12 00" each, would unpack to a hundred times their size. */
static void a_frame_that_swells_is_refused_for_its_memory(void **state)
{
    (void)state;
    enum { N = 100000 };
    uint8_t *bytes = malloc(2 * N);
    for (size_t i = 0; i < N; i++) {
        bytes[2 * i] = 0x12;
        bytes[2 * i + 1] = 0;
    }
    struct eventlog_batch *batch = NULL;
    struct error err = {0};
    assert_int_equal(eventlog_unpack(bytes, 2 * N, &batch, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "no EventBatch"));
    free(bytes);
}

static void a_frame_over_the_limit_is_refused_unread(void **state)
{
    (void)state;
    struct eventlog_batch *batch = NULL;
    struct error err = {0};
    const uint8_t nothing[1] = {0};
    assert_int_equal(eventlog_unpack(nothing, EVENTLOG_PACKED_MAX_BYTES + 1, &batch, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "at most"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_is_unpacked),
        cmocka_unit_test(a_big_batch_is_unpacked),
        cmocka_unit_test(every_truncated_batch_is_refused_or_ends_between_two_events),
        cmocka_unit_test(a_changed_byte_never_gives_an_impossible_batch),
        cmocka_unit_test(batches_that_break_a_promise_are_refused),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(a_frame_that_swells_is_refused_for_its_memory),
        cmocka_unit_test(a_frame_over_the_limit_is_refused_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
