#include "bus/bus_internal.h"

#include <string.h>

#include "clock/clock.h"

/* A server sees of a peer what the gate lets through. Whoever never gets so far - garbage, another mechanism, a
 * handshake that stops half-way - shows in libzmq's connection events alone, which the gate's thread counts. */

#define WATCH_ENDPOINT "inproc://bus-watch"
#define WATCHED_EVENTS                                                                                                 \
    (ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                                    \
     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |    \
     ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_MONITOR_STOPPED)
#define HAND_OVER_MS   5000
#define LAST_EVENTS_MS 1000 /* twice what a server socket lingers */

struct bus_watch {
    zsock_t *arrivals;
    GHashTable *servers; /* monitor (zsock_t) -> the watched socket's handle */
};

/* To the gate's thread, which connects to it. libzmq's I/O thread waits for that with its first event. */
static enum status hand_over(const char *monitor, void *server, struct error *err)
{
    zsock_t *push = zsock_new(ZMQ_PUSH);
    if (push == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no socket: %s", zmq_strerror(zmq_errno()));
    zsock_set_linger(push, HAND_OVER_MS);
    zsock_set_sndtimeo(push, HAND_OVER_MS);
    enum status st = STATUS_OK;
    if (zmq_connect(zsock_resolve(push), WATCH_ENDPOINT) != 0 || zsock_send(push, "sp", monitor, server) != 0)
        st = error_set(err, STATUS_INTERNAL, "watch the socket: %s", zmq_strerror(zmq_errno()));
    zsock_destroy(&push);
    return st;
}

enum status bus_watch_socket(zsock_t *server, struct error *err)
{
    char monitor[64];
    (void)snprintf(monitor, sizeof(monitor), "inproc://bus-watch-%08x%08x", g_random_int(), g_random_int());
    if (zmq_socket_monitor(zsock_resolve(server), monitor, WATCHED_EVENTS) != 0)
        return error_set(err, STATUS_INTERNAL, "watch the socket: %s", zmq_strerror(zmq_errno()));
    enum status st = hand_over(monitor, zsock_resolve(server), err);
    if (st != STATUS_OK)
        (void)zmq_socket_monitor(zsock_resolve(server), NULL, 0);
    return st;
}

struct bus_watch *bus_watch_new(void)
{
    zsock_t *arrivals = zsock_new(ZMQ_PULL);
    if (arrivals == NULL || zmq_bind(zsock_resolve(arrivals), WATCH_ENDPOINT) != 0) {
        zsock_destroy(&arrivals);
        return NULL;
    }
    struct bus_watch *watch = g_new0(struct bus_watch, 1);
    watch->arrivals = arrivals;
    watch->servers = g_hash_table_new(NULL, NULL);
    return watch;
}

void bus_watch_free(struct bus_watch *watch)
{
    if (watch == NULL)
        return;
    /* Closing alone frees the endpoint at some later time. */
    (void)zmq_unbind(zsock_resolve(watch->arrivals), WATCH_ENDPOINT);
    zsock_destroy(&watch->arrivals);
    g_hash_table_destroy(watch->servers);
    g_free(watch);
}

zsock_t *bus_watch_arrivals(const struct bus_watch *watch)
{
    return watch->arrivals;
}

static void take_arrival(struct bus_watch *watch, zpoller_t *poller)
{
    char *endpoint = NULL;
    void *server = NULL;
    if (zsock_recv(watch->arrivals, "sp", &endpoint, &server) != 0)
        return;
    zsock_t *monitor = zsock_new(ZMQ_PAIR);
    if (monitor != NULL) {
        zsock_set_rcvhwm(monitor, 0); /* libzmq's I/O thread would wait for room */
        if (zmq_connect(zsock_resolve(monitor), endpoint) == 0 && zpoller_add(poller, monitor) == 0)
            (void)g_hash_table_insert(watch->servers, monitor, server);
        else
            zsock_destroy(&monitor); /* closed again already */
    }
    zstr_free(&endpoint);
}

static const char *event_name(uint16_t event)
{
    switch (event) {
    case ZMQ_EVENT_ACCEPTED:
        return "accepted";
    case ZMQ_EVENT_ACCEPT_FAILED:
        return "not_accepted";
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return "ready";
    case ZMQ_EVENT_DISCONNECTED:
        return "closed";
    default:
        return "handshake_failed";
    }
}

/* An event is two frames: number and value, and the address. 0 where there is none. */
static uint16_t receive_event(zsock_t *monitor)
{
    zmsg_t *message = zmsg_recv_nowait(monitor);
    zframe_t *first = message == NULL ? NULL : zmsg_first(message);
    uint16_t event = 0;
    if (first != NULL && zframe_size(first) >= sizeof(event))
        memcpy(&event, zframe_data(first), sizeof(event));
    zmsg_destroy(&message);
    return event;
}

static void take_event(struct bus_watch *watch, zpoller_t *poller, zsock_t *monitor)
{
    const uint16_t event = receive_event(monitor);
    if (event == ZMQ_EVENT_MONITOR_STOPPED) {
        (void)g_hash_table_remove(watch->servers, monitor);
        (void)zpoller_remove(poller, monitor);
        zsock_destroy(&monitor);
    } else if (event != 0) {
        bus_count(BUS_METRIC_CONNECTIONS, event_name(event));
    }
}

void bus_watch_read(struct bus_watch *watch, zpoller_t *poller, zsock_t *ready)
{
    if (ready == watch->arrivals)
        take_arrival(watch, poller);
    else
        take_event(watch, poller, ready);
}

/* A socket that is open still must not tell of its connections any more, or libzmq's I/O thread would wait for ever for
 * somebody to listen. */
static void stop_watching(struct bus_watch *watch)
{
    GHashTableIter iter;
    gpointer monitor = NULL, server = NULL;
    g_hash_table_iter_init(&iter, watch->servers);
    while (g_hash_table_iter_next(&iter, &monitor, &server)) {
        zsock_t *socket = monitor;
        (void)zmq_socket_monitor(server, NULL, 0);
        zsock_destroy(&socket);
    }
    g_hash_table_remove_all(watch->servers);
}

void bus_watch_end(struct bus_watch *watch, zpoller_t *poller)
{
    const struct monotonic deadline = clock_deadline_ms(LAST_EVENTS_MS);
    while ((zsock_events(watch->arrivals) & ZMQ_POLLIN) != 0)
        take_arrival(watch, poller);
    while (g_hash_table_size(watch->servers) > 0 && clock_remaining_ms(deadline) > 0) {
        zsock_t *ready = zpoller_wait(poller, (int)clock_remaining_ms(deadline));
        if (ready == NULL)
            break;
        take_event(watch, poller, ready);
    }
    stop_watching(watch);
}
