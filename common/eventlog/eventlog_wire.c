#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "dunlin/log/v1/log.pb-c.h"
#include "eventlog/eventlog_batch.h"

/* What an unpacked batch may take, as a multiple of its packed size. The smallest whole record (a hash, a type, times)
 * is some 60 bytes and unpacks to less than 400; without the bound a frame of nothing but empty records would take 70
 * times its size before anybody looked at it. */
#define UNPACK_FACTOR    16
#define UNPACK_MIN_BYTES (64 * 1024)

/* Packing only reads, but protobuf-c's structs are the same for both ways and not const. */
static void *lend(const void *bytes)
{
    return (void *)(uintptr_t)bytes;
}

static ProtobufCBinaryData lend_id(const struct id *id)
{
    return (ProtobufCBinaryData){.len = id_is_none(id) ? 0 : ID_BYTES, .data = lend(id->bytes)};
}

static void lend_record(const struct event *event, Dunlin__Log__V1__EventRecord *record)
{
    dunlin__log__v1__event_record__init(record);
    record->seq = event->seq;
    record->recorded_at_us = event->recorded_at_us;
    record->occurred_at_us = event->occurred_at_us;
    record->agency_id = event->agency_id;
    record->debtor_id = lend_id(&event->debtor_id);
    record->account_id = lend_id(&event->account_id);
    record->type = lend(event->type);
    record->actor = lend(event->actor);
    record->traceparent = lend(event->traceparent);
    record->payload = (ProtobufCBinaryData){.len = event->payload_len, .data = lend(event->payload)};
    record->hash = (ProtobufCBinaryData){.len = EVENTLOG_HASH_BYTES, .data = lend(event->hash)};
}

void eventlog_pack(const struct event *events, size_t n, uint8_t **ret_bytes, size_t *ret_len)
{
    g_assert(n > 0);
    g_autofree Dunlin__Log__V1__EventRecord *records = g_new(Dunlin__Log__V1__EventRecord, n);
    g_autofree Dunlin__Log__V1__EventRecord **pointers = g_new(Dunlin__Log__V1__EventRecord *, n);
    for (size_t i = 0; i < n; i++) {
        g_assert(events[i].partition == events[0].partition && events[i].seq == events[0].seq + (int64_t)i);
        lend_record(&events[i], &records[i]);
        pointers[i] = &records[i];
    }
    Dunlin__Log__V1__EventBatch message;
    dunlin__log__v1__event_batch__init(&message);
    message.partition = events[0].partition;
    message.events = pointers;
    message.n_events = n;
    size_t len = dunlin__log__v1__event_batch__get_packed_size(&message);
    uint8_t *bytes = g_malloc(len);
    (void)dunlin__log__v1__event_batch__pack(&message, bytes);
    *ret_bytes = bytes;
    *ret_len = len;
}

static enum status read_id(ProtobufCBinaryData bytes, const char *field, struct id *id, struct error *err)
{
    return bytes.len == 0 ? STATUS_OK : id_from_bytes(bytes.data, bytes.len, field, id, err);
}

static enum status read_record(const Dunlin__Log__V1__EventRecord *record, struct event *event, struct error *err)
{
    event->seq = record->seq;
    event->recorded_at_us = record->recorded_at_us;
    event->occurred_at_us = record->occurred_at_us;
    event->agency_id = record->agency_id;
    event->type = record->type;
    event->actor = record->actor;
    event->traceparent = record->traceparent;
    event->payload = record->payload.data;
    event->payload_len = record->payload.len;
    if (event->payload_len > EVENTLOG_PAYLOAD_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "payload: %zu bytes, at most %d are allowed", event->payload_len,
                         EVENTLOG_PAYLOAD_MAX_BYTES);
    if (event->type[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "type is empty");
    if (record->hash.len != EVENTLOG_HASH_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "hash: %zu bytes instead of %d", record->hash.len,
                         EVENTLOG_HASH_BYTES);
    memcpy(event->hash, record->hash.data, EVENTLOG_HASH_BYTES);
    enum status st = read_id(record->debtor_id, "debtor_id", &event->debtor_id, err);
    return st == STATUS_OK ? read_id(record->account_id, "account_id", &event->account_id, err) : st;
}

static enum status read_batch(const Dunlin__Log__V1__EventBatch *message, struct event *events, struct error *err)
{
    for (size_t i = 0; i < message->n_events; i++) {
        enum status st = read_record(message->events[i], &events[i], err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "event %zu", i);
        events[i].partition = (uint16_t)message->partition;
        /* Compared so that no number off the wire overflows. */
        if (events[i].seq < EVENTLOG_FIRST_SEQ || (i > 0 && events[i].seq - 1 != events[i - 1].seq))
            return error_set(err, STATUS_INVALID_ARGUMENT, "event %zu: seq %" PRId64 " is out of turn", i,
                             events[i].seq);
    }
    return STATUS_OK;
}

static enum status unpack(const uint8_t *bytes, size_t len, struct eventlog_batch **ret_batch, struct error *err)
{
    if (len > EVENTLOG_PACKED_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%zu bytes, at most %d are allowed", len,
                         EVENTLOG_PACKED_MAX_BYTES);
    /* A batch of common events unpacks to some three times its size: one block. */
    SCOPED(arena_freep) struct arena *arena = arena_new(3 * len, UNPACK_FACTOR * len + UNPACK_MIN_BYTES);
    const Dunlin__Log__V1__EventBatch *message =
        dunlin__log__v1__event_batch__unpack(arena_allocator(arena), len, bytes);
    if (message == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%zu bytes that are no EventBatch", len);
    if (message->partition >= PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "partition %" PRIu32 " is not below %d", message->partition,
                         PARTITION_COUNT);
    if (message->n_events == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no events");
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = eventlog_batch_new(message->n_events, NULL, &arena);
    enum status st = read_batch(message, batch->events, err);
    if (st != STATUS_OK)
        return st;
    *ret_batch = TAKE(batch);
    return STATUS_OK;
}

enum status eventlog_unpack(const uint8_t *bytes, size_t len, struct eventlog_batch **ret_batch, struct error *err)
{
    enum status st = unpack(bytes, len, ret_batch, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "unpack events");
}
