#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "dunlin/platform/v1/platform.pb-c.h"
#include "logging/logging.h"
#include "service/service_internal.h"

#define MESSAGES_A_TURN 1000

struct io {
    struct service *service;
    zactor_t *const *workers;
    zactor_t *roster_thread;
    zsock_t *router, *pub, *sub;
    int signal_fd;
    struct roster *roster;
    GHashTable *connected; /* producers that the SUB socket is connected to: endpoint -> instance id */
    uint64_t subscribed;   /* bit p: topic of partition p */
    unsigned next_worker;  /* round robin for what needs no owner */
    unsigned n_drained, n_stopped;
    bool is_stopping; /* the workers were told to end: what they still have is answered, then they are gone */
    struct monotonic drain_deadline;
    const ProtobufCServiceDescriptor *services[3];
};

static void forget(enum worker_message kind, void *pointer)
{
    switch (kind) {
    case WORKER_REQUEST:
        bus_request_free(pointer);
        break;
    case WORKER_FRAME:
        published_frame_free(pointer);
        break;
    case WORKER_ROSTER:
        roster_free(pointer);
        break;
    case WORKER_CLOCK:
    case WORKER_RELOAD:
    case WORKER_DRAIN:
    case WORKER_STOP:
        break;
    }
}

/* Nothing follows WORKER_STOP: nobody would read it. */
static void send_worker(struct io *io, unsigned worker, enum worker_message kind, void *pointer)
{
    if (io->is_stopping) {
        forget(kind, pointer);
        return;
    }
    (void)zsock_send(io->workers[worker], "ip", (int)kind, pointer);
}

static void set_state(struct io *io, enum service_state state)
{
    atomic_store(&io->service->state, (int)state);
    (void)zstr_send(io->roster_thread, "BEAT");
}

static void answer(struct io *io, struct bus_request *request, enum status code, const char *message,
                   const ProtobufCMessage *reply)
{
    uint8_t *body = NULL;
    size_t len = 0;
    if (reply) {
        len = protobuf_c_message_get_packed_size(reply);
        body = g_malloc(len + 1);
        protobuf_c_message_pack(reply, body);
    }
    bus_send_reply(io->router, request->peer, request->request_id, code, message, "", body, len);
    metrics_add(&SERVICE_METRICS[SERVICE_REQUESTS], status_name(code), 1);
    g_free(body);
    bus_request_free(request);
}

static void ping(struct io *io, struct bus_request *request)
{
    const Dunlin__Platform__V1__PingRequest *asked = (const Dunlin__Platform__V1__PingRequest *)request->body;
    Dunlin__Platform__V1__PingReply reply;
    dunlin__platform__v1__ping_reply__init(&reply);
    uint32_t partitions[PARTITION_COUNT];
    for (unsigned w = 0; w < io->service->n_workers; w++)
        for (uint32_t p = 0; p < PARTITION_COUNT; p++)
            if (atomic_load(&io->service->owned[w]) & (UINT64_C(1) << p))
                partitions[reply.n_partitions++] = p;
    reply.partitions = partitions;
    reply.text = asked->text;
    reply.instance_id = io->service->instance.id;
    reply.version = io->service->instance.version;
    reply.state = (char *)(uintptr_t)(atomic_load(&io->service->state) == SERVICE_SERVING ? "SERVING" : "DRAINING");
    const char *trouble = service_trouble(io->service);
    reply.trouble = (char *)(uintptr_t)(trouble ? trouble : "");
    reply.is_clock_driven = clock_is_driven();
    reply.business_now_us = clock_now().us;
    answer(io, request, STATUS_OK, "", &reply.base);
}

static void set_clock(struct io *io, struct bus_request *request)
{
    const Dunlin__Platform__V1__SetClockRequest *asked = (const Dunlin__Platform__V1__SetClockRequest *)request->body;
    Dunlin__Platform__V1__SetClockReply reply;
    dunlin__platform__v1__set_clock_reply__init(&reply);
    if (strcmp(request->peer_role, "operator") != 0) {
        answer(io, request, STATUS_PERMISSION_DENIED, "only the operator drives the clock", NULL);
        return;
    }
    if (asked->business_us == 0) {
        clock_release();
    } else if (!clock_drive((struct instant){asked->business_us})) {
        answer(io, request, STATUS_FAILED_PRECONDITION, "business time does not run backwards", NULL);
        return;
    }
    for (unsigned w = 0; w < io->service->n_workers; w++)
        send_worker(io, w, WORKER_CLOCK, NULL);
    answer(io, request, STATUS_OK, "", &reply.base);
}

static void control(struct io *io, struct bus_request *request)
{
    if (strcmp(request->method->name, "Ping") == 0)
        ping(io, request);
    else
        set_clock(io, request);
}

static bool has_role(const char *roles, const char *role)
{
    char **list = g_strsplit(roles, " ", -1);
    const bool is_in = role[0] != '\0' && g_strv_contains((const char *const *)list, role);
    g_strfreev(list);
    return is_in;
}

static const struct service_method *method_of(const struct io *io, const struct bus_request *request)
{
    for (const struct service_method *method = io->service->spec->methods; method && method->name; method++)
        if (strcmp(method->name, request->method->name) == 0)
            return method;
    return NULL;
}

static void route(struct io *io, struct bus_request *request)
{
    if (request->service == &dunlin__platform__v1__control_service__descriptor) {
        control(io, request);
        return;
    }
    const struct service_method *method = method_of(io, request);
    if (!method || !has_role(method->roles, request->peer_role)) {
        char text[160];
        g_snprintf(text, sizeof(text), "'%s' (role '%s') may not call %s", request->peer_name, request->peer_role,
                   request->method->name);
        answer(io, request, STATUS_PERMISSION_DENIED, text, NULL);
        return;
    }
    if (atomic_load(&io->service->state) != SERVICE_SERVING) {
        answer(io, request, STATUS_ABORTED, "this instance is draining", NULL);
        return;
    }
    const unsigned worker = method->scope == SERVICE_ANYWHERE ? io->next_worker++ % io->service->n_workers
                                                              : request->partition % io->service->n_workers;
    const int64_t bytes = (int64_t)request->body_bytes;
    if (atomic_load(&io->service->queued_requests[worker]) >= WORKER_REQUESTS_MAX ||
        atomic_load(&io->service->queued_request_bytes) + bytes > QUEUED_REQUEST_BYTES_MAX) {
        answer(io, request, STATUS_RESOURCE_EXHAUSTED, "too many requests are waiting, send again later", NULL);
        return;
    }
    atomic_fetch_add(&io->service->queued_requests[worker], 1);
    atomic_fetch_add(&io->service->queued_request_bytes, bytes);
    send_worker(io, worker, WORKER_REQUEST, request);
}

static enum status receive_requests(struct io *io, struct error *err)
{
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(io->router) & ZMQ_POLLIN); i++) {
        struct bus_request *request = NULL;
        const enum status st = bus_receive_request(io->router, io->services, &request, err);
        if (st != STATUS_OK)
            return st;
        if (request)
            route(io, request);
    }
    return STATUS_OK;
}

static bool partition_of_topic(const zframe_t *topic, uint16_t *ret_partition)
{
    char text[BUS_TOPIC_SIZE] = {0};
    zframe_t *frame = (zframe_t *)(uintptr_t)topic;
    if (zframe_size(frame) != 4)
        return false;
    memcpy(text, zframe_data(frame), 4);
    char *end = NULL;
    const unsigned long number = strtoul(text + 1, &end, 10);
    if (text[0] != 'p' || *end != '\0' || number >= PARTITION_COUNT)
        return false;
    *ret_partition = (uint16_t)number;
    return true;
}

/* Takes the frame over. */
static void pass_frame(struct io *io, uint16_t partition, zframe_t *frame)
{
    const bool is_broadcast = io->service->spec->consumption == SERVICE_CONSUMES_BROADCAST;
    const unsigned worker = is_broadcast ? 0 : partition % io->service->n_workers;
    const int64_t bytes = (int64_t)zframe_size(frame);
    if (atomic_load(&io->service->queued_frames[worker]) >= WORKER_FRAMES_MAX ||
        atomic_load(&io->service->queued_frame_bytes) + bytes > QUEUED_FRAME_BYTES_MAX) {
        metrics_add(&SERVICE_METRICS[SERVICE_FRAMES_DROPPED], NULL, 1);
        zframe_destroy(&frame);
        return;
    }
    struct published_frame *published = g_new(struct published_frame, 1);
    *published = (struct published_frame){.partition = partition, .frame = frame};
    atomic_fetch_add(&io->service->queued_frames[worker], 1);
    atomic_fetch_add(&io->service->queued_frame_bytes, bytes);
    send_worker(io, worker, WORKER_FRAME, published);
}

static void take_event_message(struct io *io, zmsg_t *message)
{
    uint16_t partition = 0;
    if (zmsg_size(message) != 2 || !partition_of_topic(zmsg_first(message), &partition)) {
        metrics_add(&SERVICE_METRICS[SERVICE_FRAMES_REFUSED], NULL, 1);
        return;
    }
    zframe_t *topic = zmsg_pop(message);
    zframe_destroy(&topic);
    pass_frame(io, partition, zmsg_pop(message));
}

static void receive_events(struct io *io)
{
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(io->sub) & ZMQ_POLLIN); i++) {
        zmsg_t *message = zmsg_recv(io->sub);
        if (!message)
            return;
        take_event_message(io, message);
        zmsg_destroy(&message);
    }
}

/* Only the topics of owned partitions come over the wire. */
static void settle_subscriptions(struct io *io)
{
    uint64_t wanted = 0;
    for (unsigned w = 0; w < io->service->n_workers; w++)
        wanted |= atomic_load(&io->service->owned[w]);
    if (wanted == io->subscribed)
        return;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        char topic[BUS_TOPIC_SIZE];
        const uint64_t bit = UINT64_C(1) << p;
        if ((wanted & bit) && !(io->subscribed & bit))
            zsock_set_subscribe(io->sub, bus_topic(p, topic));
        else if (!(wanted & bit) && (io->subscribed & bit))
            zsock_set_unsubscribe(io->sub, bus_topic(p, topic));
    }
    io->subscribed = wanted;
}

static void publish(struct io *io, struct outgoing_events *events)
{
    char topic[BUS_TOPIC_SIZE];
    (void)bus_topic(events->partition, topic);
    zframe_t *first = zframe_new(topic, strlen(topic));
    zframe_t *second = zframe_new(events->bytes, events->len);
    if (zframe_send(&first, io->pub, ZFRAME_MORE | ZFRAME_DONTWAIT) != 0 ||
        zframe_send(&second, io->pub, ZFRAME_DONTWAIT) != 0)
        log_warn("events could not be published, ignoring: the log has them");
    zframe_destroy(&first);
    zframe_destroy(&second);
    if (events->is_for_us && (io->subscribed & (UINT64_C(1) << events->partition)))
        pass_frame(io, events->partition, zframe_new(events->bytes, events->len));
    outgoing_events_free(events);
}

static void connect_producer(struct io *io, const struct instance *instance)
{
    struct error err;
    if (instance->event_endpoint[0] == '\0' || strcmp(instance->id, io->service->instance.id) == 0 ||
        g_hash_table_contains(io->connected, instance->event_endpoint))
        return;
    if (bus_connect_sub(io->sub, io->service->keys, instance->service, instance->event_endpoint, &err) != STATUS_OK) {
        log_warn("cannot listen to a producer, trying again", log_text("producer", instance->id), log_error_text(&err));
        return;
    }
    g_hash_table_insert(io->connected, g_strdup(instance->event_endpoint), g_strdup(instance->id));
}

/* The same endpoint may be another instance's by now, with another service's key. */
static bool is_listed(const struct roster *roster, const char *endpoint, const char *instance_id)
{
    const struct instance *instance = roster_find(roster, instance_id);
    return instance && strcmp(instance->event_endpoint, endpoint) == 0;
}

/* libzmq's poll takes the first frame of the next message out of its producer's pipe. Where that producer is
 * disconnected then, the rest of the message is gone, and the next read ends the process ("Assertion failed: !_more",
 * fq.cpp of 4.3.4). Reading one whole message, and not polling again before the disconnect, leaves none that is begun.
 */
static void disconnect_producer(struct io *io, const char *endpoint)
{
    zmsg_t *message = zmsg_recv_nowait(io->sub);
    if (message)
        take_event_message(io, message);
    zmsg_destroy(&message);
    (void)zsock_disconnect(io->sub, "%s", endpoint);
}

static void disconnect_gone(struct io *io, const struct roster *roster)
{
    GHashTableIter iter;
    gpointer endpoint = NULL, instance_id = NULL;
    g_hash_table_iter_init(&iter, io->connected);
    while (g_hash_table_iter_next(&iter, &endpoint, &instance_id)) {
        if (is_listed(roster, endpoint, instance_id))
            continue;
        disconnect_producer(io, endpoint);
        g_hash_table_iter_remove(&iter);
    }
}

static void take_roster(struct io *io, struct roster *roster)
{
    if (io->service->spec->consumption != SERVICE_CONSUMES_NOTHING) {
        disconnect_gone(io, roster);
        for (size_t i = 0; i < roster->n; i++)
            connect_producer(io, &roster->instances[i]);
    }
    for (unsigned w = 0; w < io->service->n_workers; w++)
        send_worker(io, w, WORKER_ROSTER, roster_copy(roster));
    roster_free(io->roster);
    io->roster = roster;
    atomic_store(&io->service->has_roster, true);
}

static void receive_rosters(struct io *io)
{
    while (zsock_events(io->roster_thread) & ZMQ_POLLIN) {
        void *roster = NULL;
        if (zsock_recv(io->roster_thread, "p", &roster) != 0 || !roster)
            return;
        take_roster(io, roster);
    }
}

static void take_worker_message(struct io *io, int kind, void *pointer)
{
    struct outgoing_reply *reply = pointer;
    switch ((enum io_message)kind) {
    case IO_REPLY:
        bus_send_reply(io->router, reply->peer, reply->request_id, reply->code, reply->message, reply->owner,
                       reply->body, reply->body_len);
        outgoing_reply_free(reply);
        break;
    case IO_PUBLISH:
        publish(io, pointer);
        break;
    case IO_DRAINED:
        io->n_drained++;
        break;
    case IO_STOPPED:
        io->n_stopped++;
        if (io->is_stopping)
            break;
        log_error("a worker has ended by itself");
        abort();
    }
}

static void receive_worker(struct io *io, zactor_t *worker)
{
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(worker) & ZMQ_POLLIN); i++) {
        int kind = 0;
        void *pointer = NULL;
        if (zsock_recv(worker, "ip", &kind, &pointer) != 0)
            return;
        take_worker_message(io, kind, pointer);
    }
}

static void start_draining(struct io *io)
{
    set_state(io, SERVICE_DRAINING);
    io->drain_deadline = clock_deadline_ms(config_integer(io->service->config, "drain-timeout"));
    log_info("draining");
    for (unsigned w = 0; w < io->service->n_workers; w++)
        send_worker(io, w, WORKER_DRAIN, NULL);
}

static void take_signal(struct io *io)
{
    struct signalfd_siginfo info;
    while (read(io->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP) {
            for (unsigned w = 0; w < io->service->n_workers; w++)
                send_worker(io, w, WORKER_RELOAD, NULL);
        } else if (atomic_load(&io->service->state) == SERVICE_SERVING) {
            start_draining(io);
        } else {
            log_warn("asked to stop a second time: leaving at once");
            _exit(1);
        }
    }
}

/* Drained, or too late. A worker that hangs in PostgreSQL is waited for, up to its statement's timeout: what became of
 * its requests is known only then, and every caller gets an answer. */
static void stop_when_drained(struct io *io)
{
    if (io->is_stopping || atomic_load(&io->service->state) == SERVICE_SERVING)
        return;
    const bool is_late = clock_remaining_ms(io->drain_deadline) == 0;
    if (!is_late && io->n_drained < io->service->n_workers)
        return;
    if (io->n_drained < io->service->n_workers)
        log_warn("the drain deadline passed with work in flight");
    for (unsigned w = 0; w < io->service->n_workers; w++)
        send_worker(io, w, WORKER_STOP, NULL);
    io->is_stopping = true;
}

static enum status turn(struct io *io, zmq_pollitem_t *items, int n_items, struct error *err)
{
    const bool is_draining = atomic_load(&io->service->state) != SERVICE_SERVING;
    if (zmq_poll(items, n_items, is_draining ? 10 : 100) < 0 && errno != EINTR)
        return error_set(err, STATUS_INTERNAL, "poll: %s", zmq_strerror(errno));
    if (items[0].revents)
        take_signal(io);
    receive_rosters(io);
    for (unsigned w = 0; w < io->service->n_workers; w++)
        receive_worker(io, io->workers[w]);
    settle_subscriptions(io);
    const enum status st = receive_requests(io, err);
    if (io->sub)
        receive_events(io);
    return st;
}

enum status io_run(struct service *service, zactor_t *const *workers, zactor_t *roster, zsock_t *router, zsock_t *pub,
                   zsock_t *sub, int signal_fd, struct error *err)
{
    struct io io = {.service = service,
                    .workers = workers,
                    .roster_thread = roster,
                    .router = router,
                    .pub = pub,
                    .sub = sub,
                    .signal_fd = signal_fd,
                    .connected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                    .services = {&dunlin__platform__v1__control_service__descriptor, service->spec->rpc, NULL}};
    zmq_pollitem_t items[4 + WORKERS_MAX] = {
        {.fd = signal_fd, .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(router), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(sub), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(roster), .events = ZMQ_POLLIN},
    };
    int n_items = 4;
    for (unsigned w = 0; w < service->n_workers; w++)
        items[n_items++] = (zmq_pollitem_t){.socket = zsock_resolve(workers[w]), .events = ZMQ_POLLIN};

    enum status st = STATUS_OK;
    while (st == STATUS_OK && io.n_stopped < service->n_workers) {
        st = turn(&io, items, n_items, err);
        stop_when_drained(&io);
    }
    if (st == STATUS_OK)
        st = receive_requests(&io, err); /* what came meanwhile is refused, not forgotten */
    set_state(&io, SERVICE_STOPPED);
    roster_free(io.roster);
    g_hash_table_destroy(io.connected);
    return st;
}
