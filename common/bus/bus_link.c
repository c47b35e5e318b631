#include "bus/bus_internal.h"

#include <string.h>

#include "clock/clock.h"

#define MONITORED_EVENTS                                                                                               \
    (ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                              \
     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
#define REOPEN_PAUSE_MS 100

/* A raw monitor and not czmq's zmonitor, which costs a thread a socket. */
static enum status open_monitor(struct bus_link *link, struct error *err)
{
    /* Not the link's address: that comes again before libzmq has let go of the last endpoint of that name. */
    char endpoint[64];
    (void)snprintf(endpoint, sizeof(endpoint), "inproc://bus-link-%08x%08x", g_random_int(), g_random_int());
    link->monitor = zsock_new(ZMQ_PAIR);
    if (link->monitor == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no socket: %s", zmq_strerror(zmq_errno()));
    /* Unlimited: libzmq's I/O thread blocks on a full monitor, and an idle client reads no events. */
    zsock_set_rcvhwm(link->monitor, 0);
    zsock_set_linger(link->monitor, 0);
    if (zmq_socket_monitor(zsock_resolve(link->dealer), endpoint, MONITORED_EVENTS) != 0 ||
        zmq_connect(zsock_resolve(link->monitor), endpoint) != 0)
        return error_set(err, STATUS_INTERNAL, "watch the connection: %s", zmq_strerror(zmq_errno()));
    return STATUS_OK;
}

enum status bus_link_new(const struct bus_keys *keys, const struct instance *instance, struct bus_link **ret_link,
                         struct error *err)
{
    struct bus_link *link = g_new0(struct bus_link, 1);
    g_queue_init(&link->waiting);
    link->instance_id = g_strdup(instance->id);
    link->service = g_strdup(instance->service);
    link->endpoint = g_strdup(instance->rpc_endpoint);
    enum status st = bus_open_dealer(keys, &link->dealer, err);
    /* Before there is something to watch: no event is missed. */
    if (st == STATUS_OK)
        st = open_monitor(link, err);
    if (st == STATUS_OK)
        st = bus_connect(link->dealer, keys, instance->service, instance->rpc_endpoint, err);
    if (st != STATUS_OK) {
        bus_link_free(link);
        return st;
    }
    *ret_link = link;
    return STATUS_OK;
}

void bus_link_free(struct bus_link *link)
{
    if (link == NULL)
        return;
    if (link->monitor != NULL)
        (void)zmq_socket_monitor(zsock_resolve(link->dealer), NULL, 0);
    zsock_destroy(&link->monitor);
    zsock_destroy(&link->dealer);
    g_queue_clear(&link->waiting);
    g_free(link->endpoint);
    g_free(link->service);
    g_free(link->instance_id);
    g_free(link);
}

/* 0 where there is none. An event is two frames: number and value, and the address, which we know. */
static uint16_t read_event(struct bus_link *link)
{
    void *handle = zsock_resolve(link->monitor);
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    uint16_t event = 0;
    if (zmq_msg_recv(&frame, handle, ZMQ_DONTWAIT) >= (int)sizeof(event)) {
        memcpy(&event, zmq_msg_data(&frame), sizeof(event));
        while (zmq_msg_more(&frame) && zmq_msg_recv(&frame, handle, 0) >= 0)
            continue;
    }
    (void)zmq_msg_close(&frame);
    return event;
}

static void note_trouble(struct bus_link *link, enum status code, const char *trouble)
{
    link->is_connected = false;
    link->trouble_code = code;
    link->trouble = trouble;
}

/* libzmq never tries again after an error of the protocol, and a refused key is one. */
static void give_up(struct bus_link *link, enum status code, const char *trouble)
{
    link->is_dead = true;
    link->reopen_at = clock_deadline_ms(REOPEN_PAUSE_MS);
    note_trouble(link, code, trouble);
}

static bool apply_event(struct bus_link *link, uint16_t event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        link->trouble = NULL;
        link->is_connected = true;
        return false;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        give_up(link, STATUS_UNAUTHENTICATED, "it does not admit our key");
        return true;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        give_up(link, STATUS_UNAVAILABLE, "the handshake failed, perhaps because its key is not the one that we know");
        return true;
    case ZMQ_EVENT_CONNECT_RETRIED:
        if (link->trouble == NULL)
            note_trouble(link, STATUS_UNAVAILABLE, "nobody answers there");
        return true;
    default:
        if (!link->is_dead)
            note_trouble(link, STATUS_UNAVAILABLE, "the connection was lost");
        return true;
    }
}

bool bus_link_read_events(struct bus_link *link)
{
    bool is_lost = false;
    uint16_t event;
    while ((event = read_event(link)) != 0)
        is_lost = apply_event(link, event) || is_lost;
    return is_lost;
}

bool bus_link_is_up(struct bus_link *link)
{
    /* Both: for a moment after it has told of the loss libzmq takes messages into the lost connection's pipe. Asking
     * for the events makes the socket look at its connections first; a send that does not wait may not. */
    return link->is_connected && (zsock_events(link->dealer) & ZMQ_POLLOUT) != 0;
}

bool bus_link_send(struct bus_link *link, zmq_msg_t *frame)
{
    return bus_link_is_up(link) && zmq_msg_send(frame, zsock_resolve(link->dealer), ZMQ_DONTWAIT) >= 0;
}

static Dunlin__Bus__V1__Reply *unpack_reply(zmq_msg_t *frame)
{
    return (Dunlin__Bus__V1__Reply *)bus_unpack(&dunlin__bus__v1__reply__descriptor, zmq_msg_size(frame),
                                                zmq_msg_data(frame));
}

Dunlin__Bus__V1__Reply *bus_link_receive(struct bus_link *link)
{
    void *handle = zsock_resolve(link->dealer);
    Dunlin__Bus__V1__Reply *reply = NULL;
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    while (reply == NULL && zmq_msg_recv(&frame, handle, ZMQ_DONTWAIT) >= 0) {
        if (!zmq_msg_more(&frame)) {
            reply = unpack_reply(&frame);
            continue;
        }
        while (zmq_msg_more(&frame) && zmq_msg_recv(&frame, handle, ZMQ_DONTWAIT) >= 0)
            continue;
    }
    (void)zmq_msg_close(&frame);
    return reply;
}
