#ifndef DUNLIN_TESTS_BUS_SERVER_FIXTURE_H
#define DUNLIN_TESTS_BUS_SERVER_FIXTURE_H

/* A server of ControlService on a thread of its own, announced in Redis, that behaves as the test wants. Its service is
 * "platform", the middle part of the package. Include after cmocka's headers. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "../../unit/bus/bus_fixture.h"
#include "cache/cache.h"
#include "registry/registry.h"

#define HEARTBEAT_MS 500

enum behaviour {
    ECHOES,
    IS_SILENT,
    IS_WRONG_OWNER,    /* points to `other` */
    IS_BUSY_TWICE,     /* UNAVAILABLE for the first two requests */
    RESTARTS_AT_FIRST, /* loses its connections with the first request unanswered */
    ANSWERS_ONE_LATE,  /* the first request, after the second */
    ANSWERS_GARBAGE,
    ANSWERS_TO_THE_WRONG, /* a reply of an id that nobody has asked, then the right one */
};

struct server {
    struct instance instance;
    enum behaviour behaviour;
    const char *other;                       /* IS_WRONG_OWNER */
    _Atomic(const struct instance *) undead; /* an instance to withdraw at the first heartbeat */
    const char *redis_url;
    const struct bus_keys *keys;
    struct cache *cache;
    zsock_t *router;
    zactor_t *actor;
    struct bus_request *held;
    char principal[64]; /* of the last request; read it after the reply */
    atomic_uint n_requests;
    atomic_uint n_in_flight_max;
};

static inline void server_reply(struct server *server, struct bus_request *request)
{
    Dunlin__Platform__V1__PingReply reply;
    dunlin__platform__v1__ping_reply__init(&reply);
    reply.text = ((Dunlin__Platform__V1__PingRequest *)request->body)->text;
    reply.instance_id = server->instance.id;
    uint8_t body[1024];
    size_t len = dunlin__platform__v1__ping_reply__get_packed_size(&reply);
    assert_true(len <= sizeof(body));
    (void)dunlin__platform__v1__ping_reply__pack(&reply, body);
    bus_send_reply(server->router, request->peer, request->request_id, STATUS_OK, NULL, NULL, body, len);
}

static inline void server_restart(struct server *server)
{
    zsock_destroy(&server->router);
    struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    char same[sizeof(server->instance.rpc_endpoint)]; /* the test reads the endpoint meanwhile */
    /* libzmq lets go of the port at some later time. */
    while (bus_bind_router(server->keys, server->instance.rpc_endpoint, &server->router, same, NULL) != STATUS_OK)
        assert_true(clock_remaining_ms(deadline) > 0);
}

static inline void server_handle(struct server *server, struct bus_request **request)
{
    struct bus_request *it = *request;
    unsigned n = atomic_fetch_add(&server->n_requests, 1);
    (void)g_strlcpy(server->principal, it->principal, sizeof(server->principal));
    switch (server->behaviour) {
    case IS_SILENT:
        break;
    case IS_WRONG_OWNER:
        bus_send_reply(server->router, it->peer, it->request_id, STATUS_ABORTED, "not the owner", server->other, NULL,
                       0);
        break;
    case ANSWERS_GARBAGE:
        bus_send_reply(server->router, it->peer, it->request_id, STATUS_OK, NULL, NULL, (const uint8_t *)"\xff", 1);
        break;
    case ANSWERS_TO_THE_WRONG:
        bus_send_reply(server->router, it->peer, it->request_id + 1000, STATUS_INTERNAL, "not asked", NULL, NULL, 0);
        bus_send_notification(server->router, it->peer, it->body);
        server_reply(server, it);
        break;
    case IS_BUSY_TWICE:
        if (n < 2)
            bus_send_reply(server->router, it->peer, it->request_id, STATUS_UNAVAILABLE, "busy", NULL, NULL, 0);
        else
            server_reply(server, it);
        break;
    case RESTARTS_AT_FIRST:
        if (n == 0)
            server_restart(server);
        else
            server_reply(server, it);
        break;
    case ANSWERS_ONE_LATE:
        if (n == 0) {
            server->held = TAKE(*request);
            break;
        }
        if (server->held != NULL)
            server_reply(server, server->held);
        bus_request_freep(&server->held);
        server_reply(server, it);
        break;
    case ECHOES:
        server_reply(server, it);
        break;
    }
}

static inline void server_heartbeat(struct server *server)
{
    assert_int_equal(registry_announce(server->cache, &server->instance, NULL), STATUS_OK);
    const struct instance *undead = atomic_exchange(&server->undead, NULL);
    if (undead != NULL && atomic_load(&server->n_requests) == 0)
        assert_int_equal(registry_withdraw(server->cache, undead, NULL), STATUS_OK);
}

/* What is queued now, and how much it is: a client may not have more than its window in flight. */
static inline void server_drain(struct server *server)
{
    struct bus_request *batch[256];
    unsigned n = 0;
    while (n < ARRAY_SIZE(batch) && fixture_is_readable(server->router, 0)) {
        assert_int_equal(bus_receive_request(server->router, FIXTURE_SERVICES, &batch[n], NULL), STATUS_OK);
        if (batch[n] != NULL)
            n++;
    }
    if (n > atomic_load(&server->n_in_flight_max))
        atomic_store(&server->n_in_flight_max, n);
    for (unsigned i = 0; i < n; i++) {
        server_handle(server, &batch[i]);
        bus_request_free(batch[i]);
    }
}

static inline void server_run(zsock_t *pipe, void *context)
{
    struct server *server = context;
    (void)zsock_signal(pipe, 0);
    struct monotonic heartbeat_at = clock_deadline_ms(HEARTBEAT_MS);
    for (;;) {
        zmq_pollitem_t items[] = {{.socket = zsock_resolve(pipe), .events = ZMQ_POLLIN},
                                  {.socket = zsock_resolve(server->router), .events = ZMQ_POLLIN}};
        (void)zmq_poll(items, 2, clock_remaining_ms(heartbeat_at) + 1);
        if ((items[0].revents & ZMQ_POLLIN) != 0)
            return;
        server_drain(server);
        if (clock_remaining_ms(heartbeat_at) == 0) {
            server_heartbeat(server);
            heartbeat_at = clock_deadline_ms(HEARTBEAT_MS);
        }
    }
}

static inline void server_describe(struct instance *instance, const char *id, const char *endpoint)
{
    *instance = (struct instance){.state = INSTANCE_SERVING, .pid = 1};
    (void)g_strlcpy(instance->service, "platform", sizeof(instance->service));
    (void)g_strlcpy(instance->id, id, sizeof(instance->id));
    (void)g_strlcpy(instance->version, "1", sizeof(instance->version));
    (void)g_strlcpy(instance->rpc_endpoint, endpoint, sizeof(instance->rpc_endpoint));
}

static inline struct server *server_start(const struct bus_keys *keys, const char *redis_url, const char *id,
                                          enum behaviour behaviour)
{
    struct server *server = g_new0(struct server, 1);
    server->behaviour = behaviour;
    server->redis_url = redis_url;
    server->keys = keys;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_router(keys, "tcp://127.0.0.1:*", &server->router, endpoint, &fixture_error));
    server_describe(&server->instance, id, endpoint);
    const struct cache_options options = {.url = redis_url};
    assert_ok(cache_new(&options, &server->cache, &fixture_error));
    assert_ok(registry_announce(server->cache, &server->instance, &fixture_error));
    server->actor = zactor_new(server_run, server);
    assert_non_null(server->actor);
    return server;
}

/* libzmq closes a socket at some time after zsock_destroy: until nobody listens there. */
static inline void server_wait_closed(const struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *port = strrchr(server->instance.rpc_endpoint, ':') + 1;
    address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    bool is_open = true;
    while (is_open && clock_remaining_ms(deadline) > 0) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        is_open = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
        (void)close(fd);
    }
}

/* As killed: what it has announced stays until its time to live is over. */
static inline void server_kill(struct server *server)
{
    zactor_destroy(&server->actor);
    zsock_destroy(&server->router);
    server_wait_closed(server);
}

static inline void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    server_kill(server);
    if (registry_withdraw(server->cache, &server->instance, NULL) != STATUS_OK)
        print_error("'%s' stays announced\n", server->instance.id);
    cache_free(server->cache);
    bus_request_free(server->held);
    g_free(server);
}

#endif
