#include <inttypes.h>
#include <string.h>

#include "eventlog/eventlog.h"
#include "eventlog_sql.h"

/* Some 2 MB of common events at a time. */
#define VERIFY_CHUNK_EVENTS 5000

/* Where the walk stands: the last event that proved right. */
struct walk {
    uint16_t partition;
    int64_t seq;
    uint8_t hash[EVENTLOG_HASH_BYTES];
};

static enum status read_end(struct db *db, uint16_t partition, struct walk *end, struct error *err)
{
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)partition);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &EVENTLOG_HEAD_SELECT_LAST, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "verify partition %u", partition);
    if (db_rows(result) == 0)
        return error_set(err, STATUS_DATA_LOSS, "partition %u: its head is missing", partition);
    end->partition = partition;
    end->seq = db_int8(result, 0, 0) - 1;
    size_t len = 0;
    const uint8_t *hash = db_bytes(result, 0, 1, &len);
    if (len != EVENTLOG_HASH_BYTES)
        return error_set(err, STATUS_DATA_LOSS, "partition %u: the head's hash has %zu bytes", partition, len);
    memcpy(end->hash, hash, EVENTLOG_HASH_BYTES);
    int64_t last_seq = db_int8(result, 0, 2);
    if (last_seq > end->seq)
        return error_set(err, STATUS_DATA_LOSS,
                         "partition %u, seq %" PRId64 ": is beyond the head, which says that %" PRId64 " is the last",
                         partition, last_seq, end->seq);
    return STATUS_OK;
}

static enum status verify_event(struct walk *walk, const struct event *event, struct error *err)
{
    if (event->seq == walk->seq)
        return error_set(err, STATUS_DATA_LOSS, "partition %u, seq %" PRId64 ": is there more than once",
                         walk->partition, event->seq);
    if (event->seq != walk->seq + 1)
        return error_set(err, STATUS_DATA_LOSS, "partition %u, seq %" PRId64 ": is missing; %" PRId64 " comes next",
                         walk->partition, walk->seq + 1, event->seq);
    uint8_t hash[EVENTLOG_HASH_BYTES];
    eventlog_hash(walk->hash, event, hash);
    if (memcmp(hash, event->hash, sizeof(hash)) != 0)
        return error_set(err, STATUS_DATA_LOSS,
                         "partition %u, seq %" PRId64 ": its hash does not fit its content and its predecessor",
                         walk->partition, event->seq);
    walk->seq = event->seq;
    memcpy(walk->hash, hash, sizeof(hash));
    return STATUS_OK;
}

/* One chunk; events after `end` were appended since the head was read and are left alone. */
static enum status verify_chunk(struct db *db, struct walk *walk, const struct walk *end, struct error *err)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    enum status st = eventlog_read(db, walk->partition, walk->seq, VERIFY_CHUNK_EVENTS, &batch, err);
    if (st != STATUS_OK)
        return st;
    if (batch->n == 0)
        return error_set(err, STATUS_DATA_LOSS,
                         "partition %u, seq %" PRId64 ": is missing; the head says that %" PRId64 " is the last",
                         walk->partition, walk->seq + 1, end->seq);
    for (size_t i = 0; i < batch->n && batch->events[i].seq <= end->seq; i++) {
        st = verify_event(walk, &batch->events[i], err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

enum status eventlog_verify(struct db *db, uint16_t partition, eventlog_progress_fn *on_progress, void *context,
                            int64_t *ret_events, struct error *err)
{
    struct walk end = {0};
    enum status st = read_end(db, partition, &end, err);
    if (st != STATUS_OK)
        return st;
    struct walk walk = {.partition = partition, .seq = EVENTLOG_FIRST_SEQ - 1};
    while (walk.seq < end.seq) {
        int64_t before = walk.seq;
        st = verify_chunk(db, &walk, &end, err);
        if (st != STATUS_OK)
            return st;
        if (walk.seq == before)
            return error_set(err, STATUS_DATA_LOSS, "partition %u, seq %" PRId64 ": is missing", partition, before + 1);
        if (on_progress != NULL)
            on_progress(context, partition, walk.seq, end.seq);
    }
    if (memcmp(walk.hash, end.hash, sizeof(walk.hash)) != 0)
        return error_set(err, STATUS_DATA_LOSS, "partition %u, seq %" PRId64 ": its hash is not that of the head",
                         partition, walk.seq);
    *ret_events = walk.seq;
    return STATUS_OK;
}
