#include "bus/bus_internal.h"

#include <errno.h>
#include <string.h>

#define SERVER_LINGER_MS     500
#define HANDSHAKE_TIMEOUT_MS 5000
#define CONNECT_TIMEOUT_MS   3000
#define RECONNECT_IVL_MS     100
#define RECONNECT_MAX_MS     1000

/* libzmq 4.3 knows it by this number in every build, but names it only in draft ones: a server with a ZAP domain
 * refuses all handshakes while no handler is bound, where it would admit every key otherwise. */
#define ZAP_ENFORCE_DOMAIN_OPTION 93

struct socket_option {
    int option;
    int value;
};

static enum status set_options(zsock_t *socket, const struct socket_option *options, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (zmq_setsockopt(zsock_resolve(socket), options[i].option, &options[i].value, sizeof(int)) != 0)
            return error_set(err, STATUS_INTERNAL, "socket option %d = %d: %s", options[i].option, options[i].value,
                             zmq_strerror(zmq_errno()));
    return STATUS_OK;
}

/* HEARTBEAT_TTL tells the peer how long it may hear nothing from us; HANDSHAKE_IVL ends connections that never finish
 * theirs. */
static enum status set_common_options(zsock_t *socket, int linger_ms, int frame_max_bytes, struct error *err)
{
    const struct socket_option options[] = {
        {ZMQ_LINGER, linger_ms},
        {ZMQ_SNDHWM, BUS_HWM_MESSAGES},
        {ZMQ_RCVHWM, BUS_HWM_MESSAGES},
        {ZMQ_HEARTBEAT_IVL, BUS_HEARTBEAT_IVL_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, BUS_HEARTBEAT_TIMEOUT_MS},
        {ZMQ_HEARTBEAT_TTL, BUS_HEARTBEAT_TIMEOUT_MS},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_TIMEOUT_MS},
    };
    enum status st = set_options(socket, options, ARRAY_SIZE(options), err);
    int64_t size = frame_max_bytes;
    if (st == STATUS_OK && zmq_setsockopt(zsock_resolve(socket), ZMQ_MAXMSGSIZE, &size, sizeof(size)) != 0)
        return error_set(err, STATUS_INTERNAL, "socket option MAXMSGSIZE: %s", zmq_strerror(zmq_errno()));
    return st;
}

/* An IPv6 socket takes IPv4 peers too, but on hosts without IPv6 it cannot be made: only where the endpoint wants it.
 */
static enum status set_address_family(zsock_t *socket, const char *endpoint, struct error *err)
{
    const struct socket_option ipv6 = {ZMQ_IPV6, strchr(endpoint, '[') != NULL};
    return set_options(socket, &ipv6, 1, err);
}

static enum status open_socket(const struct bus_keys *keys, int type, int linger_ms, int frame_max_bytes,
                               zsock_t **ret_socket, struct error *err)
{
    zsock_t *socket = zsock_new(type);
    if (socket == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no socket: %s", zmq_strerror(zmq_errno()));
    enum status st = set_common_options(socket, linger_ms, frame_max_bytes, err);
    if (st != STATUS_OK) {
        zsock_destroy(&socket);
        return st;
    }
    zcert_apply(keys->own, socket);
    *ret_socket = socket;
    return STATUS_OK;
}

/* Without a handler libzmq's CURVE lets every key in. */
static enum status check_gate(struct error *err)
{
    zsock_t *probe = zsock_new(ZMQ_REP);
    bool is_free = probe != NULL && zmq_bind(zsock_resolve(probe), BUS_ZAP_ENDPOINT) == 0;
    /* Closing alone frees the endpoint at some later time. */
    if (is_free)
        (void)zmq_unbind(zsock_resolve(probe), BUS_ZAP_ENDPOINT);
    zsock_destroy(&probe);
    if (is_free)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the gate has not been started: every key would be admitted");
    return STATUS_OK;
}

static enum status bind_endpoint(zsock_t *socket, const char *endpoint,
                                 char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err)
{
    void *handle = zsock_resolve(socket);
    if (zmq_bind(handle, endpoint) != 0)
        return error_set(err, zmq_errno() == EINVAL ? STATUS_INVALID_ARGUMENT : STATUS_UNAVAILABLE, "bind '%s': %s",
                         endpoint, zmq_strerror(zmq_errno()));
    char bound[REGISTRY_ENDPOINT_SIZE];
    size_t size = sizeof(bound);
    if (zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, bound, &size) != 0)
        return error_set(err, STATUS_INTERNAL, "where is '%s' bound: %s", endpoint, zmq_strerror(zmq_errno()));
    memcpy(ret_endpoint, bound, sizeof(bound));
    return STATUS_OK;
}

static enum status bind_server(const struct bus_keys *keys, int type, int frame_max_bytes, const char *endpoint,
                               zsock_t **ret_socket, char ret_endpoint[static REGISTRY_ENDPOINT_SIZE],
                               struct error *err)
{
    zsock_t *socket = NULL;
    enum status st = check_gate(err);
    if (st == STATUS_OK)
        st = open_socket(keys, type, SERVER_LINGER_MS, frame_max_bytes, &socket, err);
    if (st != STATUS_OK)
        return st;
    const struct socket_option server = {ZMQ_CURVE_SERVER, 1};
    /* MANDATORY: a lost reply is an error that can be counted. HANDOVER off: nobody takes over another one's routing
     * id. */
    const struct socket_option router[] = {
        {ZMQ_ROUTER_MANDATORY, 1}, {ZMQ_ROUTER_HANDOVER, 0}, {ZMQ_RCVHWM, BUS_REQUESTS_HWM}};
    const int enforce = 1;
    st = set_options(socket, &server, 1, err);
    if (st == STATUS_OK && type == ZMQ_ROUTER)
        st = set_options(socket, router, ARRAY_SIZE(router), err);
    const char *domain = type == ZMQ_PUB ? BUS_EVENTS_DOMAIN : BUS_ZAP_DOMAIN;
    if (st == STATUS_OK && zmq_setsockopt(zsock_resolve(socket), ZMQ_ZAP_DOMAIN, domain, strlen(domain)) != 0)
        st = error_set(err, STATUS_INTERNAL, "socket option ZAP_DOMAIN: %s", zmq_strerror(zmq_errno()));
    (void)zmq_setsockopt(zsock_resolve(socket), ZAP_ENFORCE_DOMAIN_OPTION, &enforce, sizeof(enforce));
    if (st == STATUS_OK)
        st = set_address_family(socket, endpoint, err);
    if (st == STATUS_OK)
        st = bus_watch_socket(socket, err);
    if (st == STATUS_OK)
        st = bind_endpoint(socket, endpoint, ret_endpoint, err);
    if (st == STATUS_OK)
        *ret_socket = TAKE(socket);
    zsock_destroy(&socket);
    return st;
}

enum status bus_bind_router(const struct bus_keys *keys, const char *endpoint, zsock_t **ret_socket,
                            char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err)
{
    return bind_server(keys, ZMQ_ROUTER, BUS_FRAME_MAX_BYTES, endpoint, ret_socket, ret_endpoint, err);
}

enum status bus_bind_pub(const struct bus_keys *keys, const char *endpoint, zsock_t **ret_socket,
                         char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err)
{
    return bind_server(keys, ZMQ_PUB, BUS_SUBSCRIPTION_MAX_BYTES, endpoint, ret_socket, ret_endpoint, err);
}

static enum status open_client(const struct bus_keys *keys, int type, int frame_max_bytes, zsock_t **ret_socket,
                               struct error *err)
{
    zsock_t *socket = NULL;
    enum status st = open_socket(keys, type, 0, frame_max_bytes, &socket, err);
    if (st != STATUS_OK)
        return st;
    const struct socket_option options[] = {
        {ZMQ_RECONNECT_IVL, RECONNECT_IVL_MS},
        {ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS},
        {ZMQ_CONNECT_TIMEOUT, CONNECT_TIMEOUT_MS},
    };
    st = set_options(socket, options, ARRAY_SIZE(options), err);
    if (st == STATUS_OK)
        *ret_socket = TAKE(socket);
    zsock_destroy(&socket);
    return st;
}

/* CURVE_SERVERKEY holds for the connections made after it, so that one SUB may have many producers. */
enum status bus_connect(zsock_t *socket, const struct bus_keys *keys, const char *server_name, const char *endpoint,
                        struct error *err)
{
    const char *key = bus_keys_public(keys, server_name);
    if (key == NULL)
        return error_set(err, STATUS_NOT_FOUND, "no usable key of '%s' in '%s/public' (`dunlin keys init`)",
                         server_name, keys->folder);
    void *handle = zsock_resolve(socket);
    if (zmq_setsockopt(handle, ZMQ_CURVE_SERVERKEY, key, strlen(key) + 1) != 0)
        return error_set(err, STATUS_INTERNAL, "socket option CURVE_SERVERKEY: %s", zmq_strerror(zmq_errno()));
    enum status st = set_address_family(socket, endpoint, err);
    if (st == STATUS_OK && zmq_connect(handle, endpoint) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "connect to '%s' at '%s': %s", server_name, endpoint,
                         zmq_strerror(zmq_errno()));
    return st;
}

enum status bus_open_dealer(const struct bus_keys *keys, zsock_t **ret_socket, struct error *err)
{
    zsock_t *socket = NULL;
    enum status st = open_client(keys, ZMQ_DEALER, BUS_FRAME_MAX_BYTES, &socket, err);
    if (st != STATUS_OK)
        return st;
    const struct socket_option immediate = {ZMQ_IMMEDIATE, 1};
    st = set_options(socket, &immediate, 1, err);
    if (st == STATUS_OK)
        *ret_socket = TAKE(socket);
    zsock_destroy(&socket);
    return st;
}

enum status bus_open_sub(const struct bus_keys *keys, zsock_t **ret_socket, struct error *err)
{
    return open_client(keys, ZMQ_SUB, BUS_EVENT_MAX_BYTES, ret_socket, err);
}

enum status bus_connect_sub(zsock_t *socket, const struct bus_keys *keys, const char *service, const char *endpoint,
                            struct error *err)
{
    zcert_t *cert = NULL;
    enum status st = bus_certificate_load(keys->folder, service, &cert, err);
    if (st != STATUS_OK)
        return st;
    const bool is_service = strcmp(zcert_meta(cert, "role"), "service") == 0;
    zcert_destroy(&cert);
    if (!is_service)
        return error_set(err, STATUS_PERMISSION_DENIED, "'%s' is no service: events are not taken from it", service);
    return bus_connect(socket, keys, service, endpoint, err);
}

const char *bus_topic(uint16_t partition, char text[static BUS_TOPIC_SIZE])
{
    (void)snprintf(text, BUS_TOPIC_SIZE, "p%03u", (unsigned)partition);
    return text;
}
