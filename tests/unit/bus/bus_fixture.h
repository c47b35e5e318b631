#ifndef DUNLIN_TESTS_BUS_FIXTURE_H
#define DUNLIN_TESTS_BUS_FIXTURE_H

/* What the tests of the bus share: a folder of keys, a running gate, raw sockets. Include after cmocka's headers. */

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/bus_internal.h"
#include "clock/clock.h"
#include "dunlin/platform/v1/platform.pb-c.h"

#define PATIENCE_MS 10000 /* for what must happen */
#define SILENCE_MS  300   /* for what must not */

static inline int fixture_remove_one(const char *path, const struct stat *file, int kind, struct FTW *place)
{
    (void)file;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline char *fixture_folder_new(void)
{
    zsys_handler_set(NULL);
    char *folder = g_dir_make_tmp("dunlin-bus-XXXXXX", NULL);
    assert_non_null(folder);
    return folder;
}

static inline void fixture_folder_remove(char *folder)
{
    (void)nftw(folder, fixture_remove_one, 8, FTW_DEPTH | FTW_PHYS);
    g_free(folder);
}

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        struct error *const err_ = &fixture_error;                                                                     \
        *err_ = (struct error){0};                                                                                     \
        enum status st_ = (call);                                                                                      \
        if (st_ != STATUS_OK)                                                                                          \
            fail_msg("%s: %s: %s", #call, status_name(st_), err_->text);                                               \
    } while (0)

static struct error fixture_error;

static inline struct bus_keys *fixture_keys(const char *folder, const char *name, const char *role)
{
    struct bus_keys *keys = NULL;
    assert_ok(bus_keys_make(folder, name, role, NULL, &fixture_error));
    assert_ok(bus_keys_open(folder, name, &keys, &fixture_error));
    return keys;
}

static inline zsock_t *fixture_dealer(const struct bus_keys *keys, const char *server_name, const char *endpoint)
{
    zsock_t *dealer = NULL;
    assert_ok(bus_open_dealer(keys, &dealer, &fixture_error));
    assert_ok(bus_connect(dealer, keys, server_name, endpoint, &fixture_error));
    return dealer;
}

static inline bool fixture_is_readable(zsock_t *socket, int timeout_ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(socket), .events = ZMQ_POLLIN};
    return zmq_poll(&item, 1, timeout_ms) == 1;
}

static inline bool fixture_is_writable(zsock_t *socket, int timeout_ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(socket), .events = ZMQ_POLLOUT};
    return zmq_poll(&item, 1, timeout_ms) == 1;
}

static inline void fixture_send(zsock_t *socket, const void *data, size_t len)
{
    assert_int_equal(zmq_send(zsock_resolve(socket), data, len, 0), (int)len);
}

/* A Ping in its envelope; the caller changes what it wants before it sends. */
struct fixture_ping {
    Dunlin__Bus__V1__Request envelope;
    uint8_t body[64];
};

static inline void fixture_ping_init(struct fixture_ping *ping, uint64_t request_id)
{
    Dunlin__Platform__V1__PingRequest request;
    dunlin__platform__v1__ping_request__init(&request);
    request.text = bus_lend("hello");
    dunlin__bus__v1__request__init(&ping->envelope);
    ping->envelope.request_id = request_id;
    ping->envelope.method = bus_lend("dunlin.platform.v1.ControlService/Ping");
    ping->envelope.timeout_ms = 1000;
    ping->envelope.body.len = dunlin__platform__v1__ping_request__pack(&request, ping->body);
    ping->envelope.body.data = ping->body;
}

static inline void fixture_send_envelope(zsock_t *socket, const Dunlin__Bus__V1__Request *envelope)
{
    size_t len = dunlin__bus__v1__request__get_packed_size(envelope);
    uint8_t *frame = g_malloc(len + 1);
    (void)dunlin__bus__v1__request__pack(envelope, frame);
    fixture_send(socket, frame, len);
    g_free(frame);
}

static const ProtobufCServiceDescriptor *const FIXTURE_SERVICES[] = {&dunlin__platform__v1__control_service__descriptor,
                                                                     NULL};

/* The next request within the time, NULL where none came; refused ones are answered on the way. */
static inline struct bus_request *fixture_receive(zsock_t *router, int timeout_ms)
{
    struct bus_request *request = NULL;
    struct monotonic deadline = clock_deadline_ms(timeout_ms);
    while (request == NULL && fixture_is_readable(router, clock_remaining_ms(deadline)))
        assert_ok(bus_receive_request(router, FIXTURE_SERVICES, &request, &fixture_error));
    return request;
}

/* The next reply on a DEALER, which must come. */
static inline Dunlin__Bus__V1__Reply *fixture_reply(zsock_t *dealer)
{
    assert_true(fixture_is_readable(dealer, PATIENCE_MS));
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    assert_true(zmq_msg_recv(&frame, zsock_resolve(dealer), 0) >= 0);
    Dunlin__Bus__V1__Reply *reply = dunlin__bus__v1__reply__unpack(NULL, zmq_msg_size(&frame), zmq_msg_data(&frame));
    assert_non_null(reply);
    (void)zmq_msg_close(&frame);
    return reply;
}

#endif
