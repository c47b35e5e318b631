#ifndef DUNLIN_TESTS_INTEGRATION_EVENTLOG_LOG_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_EVENTLOG_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "eventlog/eventlog.h"
#include "test_database.h"

static inline int open_log(void **state, const char *program)
{
    return database_fixture_open(state, program, "dunlin_intake");
}

/* Before each test: no events, no cursors, nothing parked. */
static inline int empty_log(void **state)
{
    struct database_fixture *fixture = *state;
    test_database_script(fixture->owner, "TRUNCATE log.event, log.cursor, log.parked;"
                                         "UPDATE log.head SET next_seq = 1, hash = decode(repeat('00', 32), 'hex')");
    return 0;
}

static inline struct event draft(uint16_t partition)
{
    return (struct event){
        .partition = partition,
        .occurred_at_us = INT64_C(1763700000000000),
        .agency_id = 1,
        .debtor_id = id_derive_root(partition, "debtor", "d", 1),
        .type = "dunlin.intake.v1.AccountPlaced",
        .actor = "service:intake",
        .traceparent = "",
        .payload = (const uint8_t *)"\x0A\x00\xFF",
        .payload_len = 3,
    };
}

/* Locks, appends and commits. */
static inline enum status append_events(struct db *db, const uint16_t *partitions, size_t n_partitions,
                                        struct event *events, size_t n_events, struct error *err)
{
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    struct eventlog_head *heads = NULL;
    enum status st = db_tx_begin(db, &tx, err);
    if (st == STATUS_OK)
        st = eventlog_lock(&tx, partitions, n_partitions, &heads, err);
    if (st == STATUS_OK)
        st = eventlog_append(&tx, heads, n_partitions, events, n_events, NULL, 0, err);
    free(heads);
    return st == STATUS_OK ? db_tx_commit(&tx, err) : st;
}

/* `n` events of one partition, committed. */
static inline void fill(struct db *db, uint16_t partition, size_t n)
{
    struct event *events = calloc(n, sizeof(*events));
    for (size_t i = 0; i < n; i++)
        events[i] = draft(partition);
    struct error err = {0};
    enum status st = append_events(db, &partition, 1, events, n, &err);
    free(events);
    if (st != STATUS_OK)
        fail_msg("%s", err.text);
}

static inline int64_t next_seq(struct db *db, uint16_t partition)
{
    int64_t seq = -1;
    assert_int_equal(eventlog_heads(db, &partition, 1, &seq, NULL), STATUS_OK);
    return seq;
}

static inline size_t count_events(struct db *db, uint16_t partition)
{
    struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read(db, partition, 0, 1000000, &batch, NULL), STATUS_OK);
    size_t n = batch->n;
    eventlog_batch_free(batch);
    return n;
}

#endif
