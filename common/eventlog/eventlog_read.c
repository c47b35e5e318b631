#include <inttypes.h>
#include <string.h>

#include "eventlog/eventlog_batch.h"
#include "eventlog_sql.h"

/* Columns of the event_select_* statements. */
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
};

static enum status read_event(const struct db_result *result, size_t row, struct event *event, struct error *err)
{
    event->partition = (uint16_t)db_int2(result, row, PARTITION);
    event->seq = db_int8(result, row, SEQ);
    event->recorded_at_us = db_int8(result, row, RECORDED_AT_US);
    event->occurred_at_us = db_int8(result, row, OCCURRED_AT_US);
    event->agency_id = db_int4(result, row, AGENCY_ID);
    event->debtor_id = db_id(result, row, DEBTOR_ID);
    event->account_id = db_id(result, row, ACCOUNT_ID);
    event->type = db_text(result, row, TYPE);
    event->actor = db_text(result, row, ACTOR);
    event->traceparent = db_text(result, row, TRACEPARENT);
    event->payload = db_bytes(result, row, PAYLOAD, &event->payload_len);
    size_t hash_len = 0;
    const uint8_t *hash = db_bytes(result, row, HASH, &hash_len);
    if (hash_len != EVENTLOG_HASH_BYTES)
        return error_set(err, STATUS_DATA_LOSS, "partition %u, seq %" PRId64 ": the hash has %zu bytes",
                         event->partition, event->seq, hash_len);
    memcpy(event->hash, hash, EVENTLOG_HASH_BYTES);
    return STATUS_OK;
}

/* The events go on pointing into the result, which the batch keeps. */
static enum status read_events(struct db_result **result, struct eventlog_batch **ret_batch, struct error *err)
{
    const struct db_result *rows = *result;
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = eventlog_batch_new(db_rows(rows), result, NULL);
    for (size_t row = 0; row < batch->n; row++) {
        enum status st = read_event(rows, row, &batch->events[row], err);
        if (st != STATUS_OK)
            return st;
    }
    *ret_batch = TAKE(batch);
    return STATUS_OK;
}

static enum status select_events(struct db *db, const struct db_statement *statement, const struct db_args *args,
                                 struct eventlog_batch **ret_batch, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, statement, args, &result, err);
    return st == STATUS_OK ? read_events(&result, ret_batch, err) : st;
}

enum status eventlog_read(struct db *db, uint16_t partition, int64_t after_seq, int32_t limit,
                          struct eventlog_batch **ret_batch, struct error *err)
{
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)partition);
    db_arg_int8(&args, after_seq);
    db_arg_int4(&args, limit);
    enum status st = select_events(db, &EVENTLOG_EVENT_SELECT_AFTER, &args, ret_batch, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read partition %u after seq %" PRId64, partition, after_seq);
    return STATUS_OK;
}

static enum status check_order(const struct eventlog_batch *batch, struct error *err)
{
    for (size_t i = 1; i < batch->n; i++) {
        const struct event *event = &batch->events[i];
        if (event->partition == event[-1].partition && event->seq < event[-1].seq)
            return error_set(err, STATUS_INTERNAL, "partition %u: seq %" PRId64 " came after %" PRId64,
                             event->partition, event->seq, event[-1].seq);
    }
    return STATUS_OK;
}

enum status eventlog_read_many(struct db *db, const uint16_t *partitions, const int64_t *after_seqs, size_t n,
                               int32_t limit, struct eventlog_batch **ret_batch, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *partition_array = eventlog_partition_array(partitions, n);
    SCOPED(db_array_freep) struct db_array *seq_array = db_array_new(DB_INT8);
    for (size_t i = 0; i < n; i++)
        db_array_int8(seq_array, after_seqs[i]);
    struct db_args args = {0};
    db_arg_array(&args, partition_array);
    db_arg_array(&args, seq_array);
    db_arg_int4(&args, limit);
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    enum status st = select_events(db, &EVENTLOG_EVENT_SELECT_AFTER_MANY, &args, &batch, err);
    if (st == STATUS_OK)
        st = check_order(batch, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read %zu partitions", n);
    *ret_batch = TAKE(batch);
    return STATUS_OK;
}

enum status eventlog_read_one(struct db *db, uint16_t partition, int64_t seq, struct eventlog_batch **ret_batch,
                              struct error *err)
{
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)partition);
    db_arg_int8(&args, seq);
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    enum status st = select_events(db, &EVENTLOG_EVENT_SELECT_ONE, &args, &batch, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read partition %u, seq %" PRId64, partition, seq);
    if (batch->n == 0)
        return error_set(err, STATUS_NOT_FOUND, "partition %u has no event %" PRId64, partition, seq);
    *ret_batch = TAKE(batch);
    return STATUS_OK;
}
