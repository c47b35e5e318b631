#include <glib.h>
#include <inttypes.h>

#include "clock/clock.h"
#include "eventlog/eventlog_batch.h"
#include "eventlog_sql.h"

void eventlog_cursor_prepare(const char *consumer, const struct eventlog_cursor_move *moves, size_t n,
                             struct eventlog_cursor_call *storage, struct db_call *call)
{
    storage->partitions = db_array_new(DB_INT2);
    storage->epochs = db_array_new(DB_INT8);
    storage->seqs = db_array_new(DB_INT8);
    for (size_t i = 0; i < n; i++) {
        db_array_int2(storage->partitions, (int16_t)moves[i].partition);
        db_array_int8(storage->epochs, moves[i].epoch);
        db_array_int8(storage->seqs, moves[i].seq);
    }
    *call = (struct db_call){.statement = &EVENTLOG_CURSOR_MOVE};
    db_arg_text(&call->args, consumer);
    db_arg_array(&call->args, storage->partitions);
    db_arg_array(&call->args, storage->epochs);
    db_arg_array(&call->args, storage->seqs);
}

void eventlog_cursor_clear(struct eventlog_cursor_call *storage)
{
    db_array_freep(&storage->partitions);
    db_array_freep(&storage->epochs);
    db_array_freep(&storage->seqs);
}

enum status eventlog_park(struct db_tx *tx, const char *consumer, const struct event *event, const char *reason,
                          int32_t attempts, struct error *err)
{
    struct db_args args = {0};
    db_arg_text(&args, consumer);
    db_arg_int2(&args, (int16_t)event->partition);
    db_arg_int8(&args, event->seq);
    db_arg_id(&args, &event->debtor_id);
    db_arg_text(&args, event->type);
    db_arg_text(&args, reason);
    db_arg_int4(&args, attempts);
    db_arg_int8(&args, clock_wall_us());
    enum status st = db_exec(tx->db, &EVENTLOG_PARKED_UPSERT, &args, NULL, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "park partition %u, seq %" PRId64 " for %s", event->partition, event->seq, consumer);
    return STATUS_OK;
}

enum status eventlog_unpark(struct db_tx *tx, const char *consumer, uint16_t partition, int64_t seq, struct error *err)
{
    struct db_args args = {0};
    db_arg_text(&args, consumer);
    db_arg_int2(&args, (int16_t)partition);
    db_arg_int8(&args, seq);
    enum status st = db_exec(tx->db, &EVENTLOG_PARKED_DELETE, &args, NULL, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "unpark partition %u, seq %" PRId64 " for %s", partition, seq, consumer);
    return STATUS_OK;
}

enum status eventlog_parked(struct db *db, const char *consumer, const uint16_t *partitions, size_t n_partitions,
                            struct parked_event **ret_parked, size_t *ret_n, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = eventlog_partition_array(partitions, n_partitions);
    struct db_args args = {0};
    db_arg_text(&args, consumer);
    db_arg_array(&args, array);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &EVENTLOG_PARKED_SELECT, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read the parked events of %s", consumer);
    size_t n = db_rows(result);
    struct parked_event *parked = g_new0(struct parked_event, n);
    for (size_t row = 0; row < n; row++) {
        parked[row] = (struct parked_event){
            .partition = (uint16_t)db_int2(result, row, 0),
            .seq = db_int8(result, row, 1),
            .debtor_id = db_id(result, row, 2),
            .is_released = db_bool(result, row, 3),
            .attempts = db_int4(result, row, 4),
        };
    }
    *ret_parked = parked;
    *ret_n = n;
    return STATUS_OK;
}
