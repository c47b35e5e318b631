#include <string.h>

#include "bus/bus_internal.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dialer/v1/dialer.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/messages.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "dunlin/platform/v1/platform.pb-c.h"
#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "eventlog/eventlog.h"
#include "fuzz.h"
#include "protojson.h"

/* What comes off the wire. The first byte says which decoder gets the rest: 0 the envelope of requests as every request
 * socket reads it, 1 replies as clients read them, 2 batches of events as subscribers read them, and from FIRST_MESSAGE
 * on each message of the contract by itself. What was decoded is packed, decoded and packed again to the same bytes;
 * what is refused is refused in words that may stand in a reply. */

#define FIRST_MESSAGE 8

static const ProtobufCServiceDescriptor *const SERVICES[] = {
    &dunlin__platform__v1__control_service__descriptor,
    &dunlin__intake__v1__intake_service__descriptor,
    &dunlin__classification__v1__classification_service__descriptor,
    &dunlin__contact__v1__contact_service__descriptor,
    &dunlin__dispute__v1__dispute_service__descriptor,
    &dunlin__payment__v1__payment_service__descriptor,
    &dunlin__reporting__v1__reporting_service__descriptor,
    &dunlin__dialer__v1__dialer_service__descriptor,
    NULL,
};

static GByteArray *pack(const ProtobufCMessage *message)
{
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_set_size(bytes, (guint)protobuf_c_message_get_packed_size(message));
    FUZZ_CHECK(protobuf_c_message_pack(message, bytes->data) == bytes->len, "%s", message->descriptor->name);
    return bytes;
}

static void check_same(const GByteArray *a, const GByteArray *b, const char *what)
{
    FUZZ_CHECK(a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0), "%s: %u bytes, again %u",
               what, a->len, b->len);
}

static void forget_unknown(ProtobufCMessage *message);

static void forget_unknown_in(const ProtobufCFieldDescriptor *field, uint8_t *base)
{
    void *quantifier = base + field->quantifier_offset;
    void *value = base + field->offset;

    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        return;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        for (size_t i = 0; i < *(size_t *)quantifier; i++)
            forget_unknown((*(ProtobufCMessage ***)value)[i]);
    } else if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || *(uint32_t *)quantifier == field->id) {
        if (*(ProtobufCMessage **)value)
            forget_unknown(*(ProtobufCMessage **)value);
    }
}

/* protobuf-c keeps fields that it does not know as they came, among them one with the number 0 in two bytes, which in
 * one byte it refuses to read. */
static void forget_unknown(ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->n_unknown_fields; i++)
        free(message->unknown_fields[i].data);
    free(message->unknown_fields);
    message->n_unknown_fields = 0;
    message->unknown_fields = NULL;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++)
        forget_unknown_in(&message->descriptor->fields[i], (uint8_t *)message);
}

static void check_message(ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    forget_unknown(message);
    GByteArray *once = pack(message);
    ProtobufCMessage *again = bus_unpack(type, once->len, once->data);

    FUZZ_CHECK(again, "%s does not read what it has packed", type->name);
    GByteArray *twice = pack(again);
    check_same(once, twice, type->name);
    g_byte_array_unref(once);
    g_byte_array_unref(twice);
    protobuf_c_message_free_unpacked(again, NULL);
}

/* As `dunlin log tail` shows whatever lies in the log. */
static void check_shown(const ProtobufCMessage *message)
{
    json_t *shown = protojson(message);

    FUZZ_CHECK(shown, "%s cannot be shown", message->descriptor->name);
    char *text = json_dumps(shown, JSON_COMPACT);
    FUZZ_CHECK(text, "%s cannot be printed", message->descriptor->name);
    free(text);
    json_decref(shown);
}

static void fuzz_message(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t len)
{
    ProtobufCMessage *message = bus_unpack(type, len, bytes);

    if (!message)
        return;
    check_message(message);
    check_shown(message);
    protobuf_c_message_free_unpacked(message, NULL);
}

static void check_refusal(enum status st, const struct error *err)
{
    FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT || st == STATUS_UNIMPLEMENTED, "%s", status_name(st));
    FUZZ_CHECK(err->code == st && err->text[0] != '\0', "%s without a word", status_name(st));
    FUZZ_CHECK(g_utf8_validate(err->text, -1, NULL), "a reply with this text is no message of proto3");
}

static void check_request(const struct bus_request *request)
{
    FUZZ_CHECK(request->request_id != 0, "nobody could be answered");
    FUZZ_CHECK(request->partition < PARTITION_COUNT, "partition %u", request->partition);
    const int64_t left_us = request->deadline.us - request->received_at.us;
    FUZZ_CHECK(left_us > 0 && left_us <= BUS_TIMEOUT_MAX_MS * US_PER_MS, "%" G_GINT64_FORMAT " us", left_us);
    FUZZ_CHECK(request->method == &request->service->methods[request->method_index], "another method");
    FUZZ_CHECK(request->body->descriptor == request->method->input, "another body");
    const char *texts[] = {request->principal, request->idempotency_key, request->traceparent};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        FUZZ_CHECK(strlen(texts[i]) <= BUS_TEXT_MAX_BYTES && g_utf8_validate(texts[i], -1, NULL), "text %zu", i);
    struct error err = {0};
    FUZZ_CHECK(bus_check_texts(request->body, &err) == STATUS_OK, "%s", err.text);
    check_message(request->body);
}

/* The envelope that a client would have sent for the same request. */
static GByteArray *pack_request(const struct bus_request *request)
{
    g_autofree char *method = g_strdup_printf("%s/%s", request->service->name, request->method->name);
    Dunlin__Bus__V1__Request envelope;
    GByteArray *body = pack(request->body);

    dunlin__bus__v1__request__init(&envelope);
    envelope.request_id = request->request_id;
    envelope.method = method;
    envelope.timeout_ms = (request->deadline.us - request->received_at.us) / US_PER_MS;
    envelope.idempotency_key = request->idempotency_key;
    envelope.traceparent = request->traceparent;
    envelope.principal = request->principal;
    envelope.partition = request->partition;
    envelope.body = (ProtobufCBinaryData){.len = body->len, .data = body->data};
    GByteArray *bytes = pack(&envelope.base);
    g_byte_array_unref(body);
    return bytes;
}

static struct bus_request *read_request(const uint8_t *bytes, size_t len)
{
    struct error err = {0};
    SCOPED(bus_request_freep) struct bus_request *request = g_new0(struct bus_request, 1);

    request->received_at = clock_monotonic();
    const enum status st = bus_read_request(bytes, len, SERVICES, request, &err);
    if (st == STATUS_OK)
        return TAKE(request);
    check_refusal(st, &err);
    return NULL;
}

static void fuzz_request(const uint8_t *bytes, size_t len)
{
    SCOPED(bus_request_freep) struct bus_request *request = read_request(bytes, len);

    if (!request)
        return;
    check_request(request);
    GByteArray *once = pack_request(request);
    SCOPED(bus_request_freep) struct bus_request *again = read_request(once->data, once->len);
    FUZZ_CHECK(again, "the same request is refused");
    GByteArray *twice = pack_request(again);
    check_same(once, twice, request->method->name);
    g_byte_array_unref(once);
    g_byte_array_unref(twice);
}

static void check_batch(const struct eventlog_batch *batch)
{
    static const uint8_t previous[EVENTLOG_HASH_BYTES];
    uint8_t hash[EVENTLOG_HASH_BYTES];

    FUZZ_CHECK(batch->n > 0, "no events");
    for (size_t i = 0; i < batch->n; i++) {
        const struct event *event = &batch->events[i];
        FUZZ_CHECK(event->partition < PARTITION_COUNT && event->partition == batch->events[0].partition, "partition %u",
                   event->partition);
        FUZZ_CHECK(event->seq >= EVENTLOG_FIRST_SEQ && event->seq - (int64_t)i == batch->events[0].seq,
                   "seq %" G_GINT64_FORMAT, event->seq);
        FUZZ_CHECK(event->payload_len <= EVENTLOG_PAYLOAD_MAX_BYTES, "%zu bytes", event->payload_len);
        eventlog_hash(previous, event, hash);
        const ProtobufCMessageDescriptor *type = protojson_event_type(event->type);
        if (type)
            fuzz_message(type, event->payload, event->payload_len);
    }
}

static GByteArray *pack_batch(const struct eventlog_batch *batch)
{
    uint8_t *bytes = NULL;
    size_t len = 0;

    eventlog_pack(batch->events, batch->n, &bytes, &len);
    GByteArray *packed = g_byte_array_append(g_byte_array_new(), bytes, (guint)len);
    free(bytes);
    return packed;
}

static void fuzz_events(const uint8_t *bytes, size_t len)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    SCOPED(eventlog_batch_freep) struct eventlog_batch *again = NULL;
    struct error err = {0};
    const enum status st = eventlog_unpack(bytes, len, &batch, &err);

    if (st != STATUS_OK) {
        check_refusal(st, &err);
        return;
    }
    check_batch(batch);
    GByteArray *once = pack_batch(batch);
    FUZZ_CHECK(eventlog_unpack(once->data, once->len, &again, &err) == STATUS_OK, "%s", err.text);
    GByteArray *twice = pack_batch(again);
    check_same(once, twice, "events");
    g_byte_array_unref(once);
    g_byte_array_unref(twice);
}

static size_t count_messages(void)
{
    size_t n = 0;

    while (DUNLIN_MESSAGES[n])
        n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static size_t n_messages;

    if (n_messages == 0)
        n_messages = count_messages();
    if (len == 0)
        return 0;
    const uint8_t decoder = bytes[0];
    bytes++, len--;
    if (decoder == 0)
        fuzz_request(bytes, len);
    else if (decoder == 1)
        fuzz_message(&dunlin__bus__v1__reply__descriptor, bytes, len);
    else if (decoder == 2)
        fuzz_events(bytes, len);
    else if (decoder >= FIRST_MESSAGE && (size_t)(decoder - FIRST_MESSAGE) < n_messages)
        fuzz_message(DUNLIN_MESSAGES[decoder - FIRST_MESSAGE], bytes, len);
    return 0;
}
