#include "bus/bus_internal.h"

#include <errno.h>
#include <string.h>

#include "clock/clock.h"
#include "id/id.h"

/* Of protobuf's encoding: field 1 as a varint, and the longest of those. */
#define REQUEST_ID_TAG   0x08
#define VARINT_MAX_BYTES 10

/* Both frames or none: once a mandatory ROUTER has taken the routing id it takes the rest. */
static bool send_to_peer(zsock_t *router, zframe_t *peer, zmq_msg_t *frame)
{
    void *handle = zsock_resolve(router);
    if (zmq_send(handle, zframe_data(peer), zframe_size(peer), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
        return false;
    return zmq_msg_send(frame, handle, ZMQ_DONTWAIT) >= 0;
}

static void send_envelope(zsock_t *router, zframe_t *peer, const Dunlin__Bus__V1__Reply *reply)
{
    zmq_msg_t frame;
    if (bus_pack(&reply->base, &frame, NULL) != STATUS_OK) {
        bus_count(BUS_METRIC_REPLIES_LOST, NULL);
        return;
    }
    if (!send_to_peer(router, peer, &frame)) {
        bus_count(BUS_METRIC_REPLIES_LOST, NULL);
        (void)zmq_msg_close(&frame);
    }
}

void bus_send_reply(zsock_t *router, zframe_t *peer, uint64_t request_id, enum status code, const char *message,
                    const char *owner, const uint8_t *body, size_t body_len)
{
    Dunlin__Bus__V1__Reply reply;
    dunlin__bus__v1__reply__init(&reply);
    reply.request_id = request_id;
    reply.code = (uint32_t)code;
    reply.message = bus_lend(message == NULL ? "" : message);
    reply.owner = bus_lend(owner == NULL ? "" : owner);
    if (body != NULL && body_len > 0) {
        union {
            const uint8_t *in;
            uint8_t *out;
        } lent = {.in = body};
        reply.body = (ProtobufCBinaryData){.len = body_len, .data = lent.out};
    }
    /* The client's socket would drop the connection, and with it all that is in flight on it. */
    char too_large[96];
    size_t size = dunlin__bus__v1__reply__get_packed_size(&reply);
    if (size > BUS_FRAME_MAX_BYTES) {
        (void)snprintf(too_large, sizeof(too_large), "the reply of %zu bytes is over the limit of %d", size,
                       BUS_FRAME_MAX_BYTES);
        reply.code = STATUS_INTERNAL;
        reply.message = too_large;
        reply.body = (ProtobufCBinaryData){.len = 0, .data = NULL};
    }
    send_envelope(router, peer, &reply);
}

void bus_send_notification(zsock_t *router, zframe_t *peer, const ProtobufCMessage *message)
{
    Dunlin__Bus__V1__Reply reply;
    dunlin__bus__v1__reply__init(&reply);
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *body = g_malloc(size + 1);
    (void)protobuf_c_message_pack(message, body);
    reply.notification = bus_lend(message->descriptor->name);
    reply.body = (ProtobufCBinaryData){.len = size, .data = body};
    if (dunlin__bus__v1__reply__get_packed_size(&reply) <= BUS_FRAME_MAX_BYTES)
        send_envelope(router, peer, &reply);
    else
        bus_count(BUS_METRIC_REPLIES_LOST, NULL);
    g_free(body);
}

void bus_request_free(struct bus_request *request)
{
    if (request == NULL)
        return;
    zframe_destroy(&request->peer);
    g_free(request->principal);
    g_free(request->idempotency_key);
    g_free(request->traceparent);
    if (request->body != NULL)
        protobuf_c_message_free_unpacked(request->body, NULL);
    g_free(request);
}

void bus_request_freep(struct bus_request **request)
{
    bus_request_free(*request);
    *request = NULL;
}

static enum status check_text(const char *field, const char *text, struct error *err)
{
    if (strlen(text) > BUS_TEXT_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s is longer than %d bytes", field, BUS_TEXT_MAX_BYTES);
    if (!g_utf8_validate(text, -1, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s is not UTF-8", field);
    return STATUS_OK;
}

static enum status check_envelope(const Dunlin__Bus__V1__Request *envelope, struct error *err)
{
    const struct {
        const char *field;
        const char *text;
    } texts[] = {
        {"method", envelope->method},
        {"principal", envelope->principal},
        {"idempotency_key", envelope->idempotency_key},
        {"traceparent", envelope->traceparent},
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (check_text(texts[i].field, texts[i].text, err) != STATUS_OK)
            return STATUS_INVALID_ARGUMENT;
    if (envelope->request_id == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "request_id is 0");
    if (envelope->timeout_ms < 1 || envelope->timeout_ms > BUS_TIMEOUT_MAX_MS)
        return error_set(err, STATUS_INVALID_ARGUMENT, "timeout_ms %lld is not 1 to %d",
                         (long long)envelope->timeout_ms, BUS_TIMEOUT_MAX_MS);
    if (envelope->partition >= PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "partition %u is not below %d", envelope->partition,
                         PARTITION_COUNT);
    return STATUS_OK;
}

/* "dunlin.contact.v1.ContactService/RequestPermits" */
static enum status find_method(const char *name, const ProtobufCServiceDescriptor *const *services,
                               struct bus_request *request, struct error *err)
{
    const char *slash = strchr(name, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - name);
    for (; slash != NULL && *services != NULL; services++) {
        if (strlen((*services)->name) != len || memcmp((*services)->name, name, len) != 0)
            continue;
        request->service = *services;
        request->method = protobuf_c_service_descriptor_get_method_by_name(*services, slash + 1);
        if (request->method == NULL)
            break;
        request->method_index = (unsigned)(request->method - request->service->methods);
        return STATUS_OK;
    }
    return error_set(err, STATUS_UNIMPLEMENTED, "method '%s' is not known here", name);
}

static enum status fill_request(const Dunlin__Bus__V1__Request *envelope,
                                const ProtobufCServiceDescriptor *const *services, struct bus_request *request,
                                struct error *err)
{
    request->request_id = envelope->request_id;
    enum status st = check_envelope(envelope, err);
    if (st == STATUS_OK)
        st = find_method(envelope->method, services, request, err);
    if (st != STATUS_OK)
        return st;
    request->partition = (uint16_t)envelope->partition;
    if (request->agency_id == 0)
        request->agency_id = envelope->agency_id;
    request->deadline = (struct monotonic){request->received_at.us + envelope->timeout_ms * US_PER_MS};
    request->principal = g_strdup(envelope->principal);
    request->idempotency_key = g_strdup(envelope->idempotency_key);
    request->traceparent = g_strdup(envelope->traceparent);
    request->body =
        bus_unpack_counted(request->method->input, envelope->body.len, envelope->body.data, &request->body_bytes);
    if (request->body == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "body is no %s", request->method->input->name);
    return bus_check_texts(request->body, err);
}

/* Who sent it, as the gate has proven. */
static enum status identify_peer(zmq_msg_t *frame, struct bus_request *request, struct error *err)
{
    const char *name = zmq_msg_gets(frame, "User-Id");
    const char *role = zmq_msg_gets(frame, BUS_ROLE_PROPERTY);
    const char *agency = zmq_msg_gets(frame, BUS_AGENCY_PROPERTY);
    if (name == NULL || name[0] == '\0' || role == NULL || role[0] == '\0' || agency == NULL)
        return error_set(err, STATUS_UNAUTHENTICATED, "the connection's key has not been checked");
    (void)g_strlcpy(request->peer_name, name, sizeof(request->peer_name));
    (void)g_strlcpy(request->peer_role, role, sizeof(request->peer_role));
    request->agency_id = (int32_t)g_ascii_strtoll(agency, NULL, 10);
    return STATUS_OK;
}

enum status bus_read_request(const void *bytes, size_t len, const ProtobufCServiceDescriptor *const *services,
                             struct bus_request *request, struct error *err)
{
    if (len > BUS_FRAME_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the request of %zu bytes is over the limit of %d", len,
                         BUS_FRAME_MAX_BYTES);
    ProtobufCMessage *message = bus_unpack(&dunlin__bus__v1__request__descriptor, len, bytes);
    if (message == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the frame is no dunlin.bus.v1.Request");
    enum status st = fill_request((const Dunlin__Bus__V1__Request *)message, services, request, err);
    protobuf_c_message_free_unpacked(message, NULL);
    return st;
}

/* Of a request whose sender is not known, and whose envelope is therefore not unpacked: its first field. 0 where the
 * frame does not begin with it. */
static uint64_t peek_request_id(const uint8_t *bytes, size_t len)
{
    uint64_t id = 0;
    if (len == 0 || bytes[0] != REQUEST_ID_TAG)
        return 0;
    for (size_t i = 1; i < len && i <= VARINT_MAX_BYTES; i++) {
        id |= (uint64_t)(bytes[i] & 0x7Fu) << (7 * (i - 1));
        if ((bytes[i] & 0x80u) == 0)
            return id;
    }
    return 0;
}

static enum status read_frame(zmq_msg_t *frame, const ProtobufCServiceDescriptor *const *services,
                              struct bus_request *request, struct error *err)
{
    enum status st = identify_peer(frame, request, err);
    if (st == STATUS_OK)
        return bus_read_request(zmq_msg_data(frame), zmq_msg_size(frame), services, request, err);
    request->request_id = peek_request_id(zmq_msg_data(frame), zmq_msg_size(frame));
    return st;
}

/* Reads the rest of a message into nothing, one frame at a time. */
static void skip_frames(void *handle, zmq_msg_t *frame)
{
    while (zmq_msg_more(frame)) {
        (void)zmq_msg_close(frame);
        (void)zmq_msg_init(frame);
        if (zmq_msg_recv(frame, handle, ZMQ_DONTWAIT) < 0)
            return;
    }
}

/* The routing id; *ret_peer stays NULL where nothing is there to read. */
static enum status receive_peer(void *handle, zframe_t **ret_peer, struct error *err)
{
    zmq_msg_t id;
    (void)zmq_msg_init(&id);
    enum status st = STATUS_OK;
    if (zmq_msg_recv(&id, handle, ZMQ_DONTWAIT) >= 0)
        *ret_peer = zframe_new(zmq_msg_data(&id), zmq_msg_size(&id));
    else if (zmq_errno() != EAGAIN && zmq_errno() != EINTR)
        st = error_set(err, STATUS_UNAVAILABLE, "receive a request: %s", zmq_strerror(zmq_errno()));
    (void)zmq_msg_close(&id);
    return st;
}

static enum status receive_body(void *handle, const ProtobufCServiceDescriptor *const *services,
                                struct bus_request *request, struct error *err)
{
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    enum status st;
    if (zmq_msg_recv(&frame, handle, ZMQ_DONTWAIT) < 0) {
        st = error_set(err, STATUS_INVALID_ARGUMENT, "the message has no frame");
    } else if (zmq_msg_more(&frame)) {
        skip_frames(handle, &frame);
        st = error_set(err, STATUS_INVALID_ARGUMENT, "the message has more than one frame");
    } else {
        st = read_frame(&frame, services, request, err);
    }
    (void)zmq_msg_close(&frame);
    return st;
}

enum status bus_receive_request(zsock_t *router, const ProtobufCServiceDescriptor *const *services,
                                struct bus_request **ret_request, struct error *err)
{
    void *handle = zsock_resolve(router);
    zframe_t *peer = NULL;
    *ret_request = NULL;
    enum status st = receive_peer(handle, &peer, err);
    if (st != STATUS_OK || peer == NULL)
        return st;
    SCOPED(bus_request_freep) struct bus_request *request = g_new0(struct bus_request, 1);
    request->peer = peer;
    request->received_at = clock_monotonic();
    struct error refusal = {0};
    st = receive_body(handle, services, request, &refusal);
    if (st != STATUS_OK) {
        bus_count(BUS_METRIC_REQUESTS_REFUSED, status_name(st));
        bus_send_reply(router, request->peer, request->request_id, st, refusal.text, NULL, NULL, 0);
        return STATUS_OK;
    }
    *ret_request = TAKE(request);
    return STATUS_OK;
}
