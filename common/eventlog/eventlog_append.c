#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "eventlog/eventlog_batch.h"
#include "eventlog_sql.h"

static void assert_ascending(const uint16_t *partitions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_assert(partitions[i] < PARTITION_COUNT);
        g_assert(i == 0 || partitions[i - 1] < partitions[i]);
    }
}

static enum status read_heads(const struct db_result *result, const uint16_t *partitions, size_t n,
                              struct eventlog_head *heads, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (i >= db_rows(result) || (uint16_t)db_int2(result, i, 0) != partitions[i])
            return error_set(err, STATUS_FAILED_PRECONDITION, "partition %u has no head in log.head", partitions[i]);
        heads[i].partition = partitions[i];
        heads[i].next_seq = db_int8(result, i, 1);
        size_t len = 0;
        const uint8_t *hash = db_bytes(result, i, 2, &len);
        if (len != EVENTLOG_HASH_BYTES)
            return error_set(err, STATUS_DATA_LOSS, "partition %u: the head's hash has %zu bytes", partitions[i], len);
        memcpy(heads[i].hash, hash, EVENTLOG_HASH_BYTES);
    }
    return STATUS_OK;
}

enum status eventlog_lock(struct db_tx *tx, const uint16_t *partitions, size_t n, struct eventlog_head **ret_heads,
                          struct error *err)
{
    assert_ascending(partitions, n);
    SCOPED(db_array_freep) struct db_array *array = eventlog_partition_array(partitions, n);
    struct db_args args = {0};
    db_arg_array(&args, array);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(tx->db, &EVENTLOG_HEAD_LOCK, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "lock the heads of %zu partitions", n);
    g_autofree struct eventlog_head *heads = g_new0(struct eventlog_head, n);
    st = read_heads(result, partitions, n, heads, err);
    if (st != STATUS_OK)
        return st;
    *ret_heads = TAKE(heads);
    return STATUS_OK;
}

enum status eventlog_heads(struct db *db, const uint16_t *partitions, size_t n, int64_t *ret_next_seqs,
                           struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = eventlog_partition_array(partitions, n);
    struct db_args args = {0};
    db_arg_array(&args, array);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &EVENTLOG_HEAD_SELECT, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read the heads of %zu partitions", n);
    int64_t by_partition[PARTITION_COUNT] = {0};
    for (size_t row = 0; row < db_rows(result); row++) {
        uint16_t partition = (uint16_t)db_int2(result, row, 0);
        if (partition < PARTITION_COUNT)
            by_partition[partition] = db_int8(result, row, 1);
    }
    for (size_t i = 0; i < n; i++) {
        if (partitions[i] >= PARTITION_COUNT || by_partition[partitions[i]] == 0)
            return error_set(err, STATUS_FAILED_PRECONDITION, "partition %u has no head in log.head", partitions[i]);
    }
    for (size_t i = 0; i < n; i++)
        ret_next_seqs[i] = by_partition[partitions[i]];
    return STATUS_OK;
}

enum {
    PARTITION,
    SEQ,
    RECORDED_AT_US,
    OCCURRED_AT_US,
    AGENCY_ID,
    DEBTOR_ID,
    ACCOUNT_ID,
    TYPE,
    ACTOR,
    TRACEPARENT,
    PAYLOAD,
    HASH,
    N_COLUMNS,
};

/* The parameters of event_insert.sql, in its order. */
static const enum db_type COLUMN_TYPES[N_COLUMNS] = {
    [PARTITION] = DB_INT2, [SEQ] = DB_INT8,         [RECORDED_AT_US] = DB_INT8, [OCCURRED_AT_US] = DB_INT8,
    [AGENCY_ID] = DB_INT4, [DEBTOR_ID] = DB_UUID,   [ACCOUNT_ID] = DB_UUID,     [TYPE] = DB_TEXT,
    [ACTOR] = DB_TEXT,     [TRACEPARENT] = DB_TEXT, [PAYLOAD] = DB_BYTEA,       [HASH] = DB_BYTEA,
};

enum { HEAD_PARTITION, HEAD_LOCKED_SEQ, HEAD_NEXT_SEQ, HEAD_HASH, N_HEAD_COLUMNS };

/* The parameters of head_advance.sql, in its order. */
static const enum db_type HEAD_COLUMN_TYPES[N_HEAD_COLUMNS] = {
    [HEAD_PARTITION] = DB_INT2,
    [HEAD_LOCKED_SEQ] = DB_INT8,
    [HEAD_NEXT_SEQ] = DB_INT8,
    [HEAD_HASH] = DB_BYTEA,
};

/* All that one append sends; the calls borrow the arrays. */
struct append {
    struct db_array *columns[N_COLUMNS];
    struct db_array *head_columns[N_HEAD_COLUMNS];
    struct eventlog_head *heads; /* as they will be */
    struct db_call *calls;       /* insert, advance, then the caller's */
    size_t n_own_calls;
};

static void append_clear(struct append *append)
{
    for (size_t i = 0; i < N_COLUMNS; i++)
        db_array_free(append->columns[i]);
    for (size_t i = 0; i < N_HEAD_COLUMNS; i++)
        db_array_free(append->head_columns[i]);
    if (append->calls != NULL)
        db_calls_clear(append->calls, append->n_own_calls);
    g_free(append->calls);
    g_free(append->heads);
}

static enum status check_sizes(const struct event *events, size_t n, struct error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        if (events[i].payload_len > EVENTLOG_PAYLOAD_MAX_BYTES)
            return error_set(err, STATUS_INVALID_ARGUMENT, "payload of %s: %zu bytes, at most %d are allowed",
                             events[i].type, events[i].payload_len, EVENTLOG_PAYLOAD_MAX_BYTES);
        total += events[i].payload_len;
    }
    if (total > EVENTLOG_APPEND_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "payloads of %zu events: %zu bytes, at most %d are allowed", n,
                         total, EVENTLOG_APPEND_MAX_BYTES);
    return STATUS_OK;
}

static void chain_events(struct eventlog_head *heads, size_t n_heads, struct event *events, size_t n_events)
{
    int64_t now_us = clock_wall_us();
    size_t at = 0;
    for (size_t i = 0; i < n_events; i++) {
        struct event *event = &events[i];
        while (at < n_heads && heads[at].partition != event->partition)
            at++;
        g_assert(at < n_heads);
        event->seq = heads[at].next_seq++;
        event->recorded_at_us = now_us;
        eventlog_hash(heads[at].hash, event, event->hash);
        memcpy(heads[at].hash, event->hash, EVENTLOG_HASH_BYTES);
    }
}

static void fill_columns(struct db_array *columns[static N_COLUMNS], const struct event *events, size_t n)
{
    for (size_t i = 0; i < N_COLUMNS; i++)
        columns[i] = db_array_new(COLUMN_TYPES[i]);
    for (size_t i = 0; i < n; i++) {
        const struct event *event = &events[i];
        db_array_int2(columns[PARTITION], (int16_t)event->partition);
        db_array_int8(columns[SEQ], event->seq);
        db_array_int8(columns[RECORDED_AT_US], event->recorded_at_us);
        db_array_int8(columns[OCCURRED_AT_US], event->occurred_at_us);
        db_array_int4(columns[AGENCY_ID], event->agency_id);
        db_array_id(columns[DEBTOR_ID], &event->debtor_id);
        db_array_id(columns[ACCOUNT_ID], &event->account_id);
        db_array_text(columns[TYPE], event->type);
        db_array_text(columns[ACTOR], event->actor);
        db_array_text(columns[TRACEPARENT], event->traceparent);
        /* An empty message packs to no bytes, and its payload may then be NULL: still an empty value, never NULL. */
        db_array_bytes(columns[PAYLOAD], event->payload_len > 0 ? (const void *)event->payload : "",
                       event->payload_len);
        db_array_bytes(columns[HASH], event->hash, EVENTLOG_HASH_BYTES);
    }
}

static void fill_head_columns(struct db_array *columns[static N_HEAD_COLUMNS], const struct eventlog_head *locked,
                              const struct eventlog_head *moved, size_t n)
{
    for (size_t i = 0; i < N_HEAD_COLUMNS; i++)
        columns[i] = db_array_new(HEAD_COLUMN_TYPES[i]);
    for (size_t i = 0; i < n; i++) {
        if (moved[i].next_seq == locked[i].next_seq)
            continue;
        db_array_int2(columns[HEAD_PARTITION], (int16_t)moved[i].partition);
        db_array_int8(columns[HEAD_LOCKED_SEQ], locked[i].next_seq);
        db_array_int8(columns[HEAD_NEXT_SEQ], moved[i].next_seq);
        db_array_bytes(columns[HEAD_HASH], moved[i].hash, EVENTLOG_HASH_BYTES);
    }
}

static void prepare_calls(struct append *append, bool has_events, const struct db_call *more, size_t n_more)
{
    append->calls = g_new0(struct db_call, 2 + n_more);
    if (has_events) {
        append->n_own_calls = 2;
        append->calls[0].statement = &EVENTLOG_EVENT_INSERT;
        for (size_t i = 0; i < N_COLUMNS; i++)
            db_arg_array(&append->calls[0].args, append->columns[i]);
        append->calls[1].statement = &EVENTLOG_HEAD_ADVANCE;
        for (size_t i = 0; i < N_HEAD_COLUMNS; i++)
            db_arg_array(&append->calls[1].args, append->head_columns[i]);
    }
    if (n_more > 0)
        memcpy(append->calls + append->n_own_calls, more, n_more * sizeof(*more));
}

enum status eventlog_append(struct db_tx *tx, struct eventlog_head *heads, size_t n_heads, struct event *events,
                            size_t n_events, struct db_call *more, size_t n_more, struct error *err)
{
    enum status st = check_sizes(events, n_events, err);
    if (st != STATUS_OK)
        return st;
    if (n_events + n_more == 0)
        return STATUS_OK;

    SCOPED(append_clear) struct append append = {0};
    append.heads = g_memdup2(heads, n_heads * sizeof(*heads));
    chain_events(append.heads, n_heads, events, n_events);
    fill_columns(append.columns, events, n_events);
    fill_head_columns(append.head_columns, heads, append.heads, n_heads);
    prepare_calls(&append, n_events > 0, more, n_more);
    st = db_exec_pipeline(tx->db, append.calls, append.n_own_calls + n_more, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "append %zu events", n_events);
    for (size_t i = 0; i < n_more; i++)
        more[i].result = TAKE(append.calls[append.n_own_calls + i].result);
    if (n_events > 0 && (size_t)db_affected(append.calls[1].result) != db_array_length(append.head_columns[0]))
        return error_set(err, STATUS_INTERNAL, "append %zu events: a head is not where it was locked", n_events);
    if (n_heads > 0)
        memcpy(heads, append.heads, n_heads * sizeof(*heads));
    return STATUS_OK;
}
