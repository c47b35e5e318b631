#include <string.h>

#include "dialer_jobs.h"
#include "dialer_service.h"
#include "dialer_sessions.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dialer/v1/dialer.pb-c.h"
#include "logging/logging.h"
#include "metrics/metrics.h"
#include "service/wire.h"

/* Two threads. The edge owns the public socket and the sessions and never waits, so that a stop message goes out at
 * once; the caller asks the contact service. Between them jobs travel as pointers, whose ownership goes along. */
#define JOBS_MAX 20000
/* Of memory that the requests take; a report of a day's calls is a megabyte. */
#define JOBS_BYTES_MAX   (64 * 1024 * 1024)
#define JOBS_A_TURN      256
#define TURN_MS          1000
#define MESSAGES_A_TURN  1000
#define SILENCE_CHECK_MS 10000

static const struct metric DIALER_CONNECTIONS = {"dunlin_dialer_connections", METRIC_GAUGE, NULL,
                                                 "Connections of third-party dialers."};
static const struct metric DIALER_REQUESTS = {"dunlin_dialer_requests_total", METRIC_COUNTER, "code",
                                              "Requests of dialers answered, by code."};
static const struct metric DIALER_NOTIFICATIONS = {"dunlin_dialer_notifications_total", METRIC_COUNTER, "type",
                                                   "Stop and go messages sent."};

struct edge {
    const struct service *service;
    zactor_t *actor;
    zsock_t *router;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
};

struct caller {
    zsock_t *pipe;
    struct bus_client *client;
    struct bus_calls *calls;
    int64_t timeout_ms; /* of a call */
    bool is_stopping;
};

static void answer(const struct caller *caller, struct job *job)
{
    (void)zsock_send(caller->pipe, "p", job);
}

/* Begins the jobs that wait in the pipe, some of them; NULL says that nothing follows. */
static void take_jobs(struct caller *caller)
{
    for (int i = 0; i < JOBS_A_TURN && !caller->is_stopping && (zsock_events(caller->pipe) & ZMQ_POLLIN); i++) {
        void *job = NULL;
        if (zsock_recv(caller->pipe, "p", &job) != 0 || !job)
            caller->is_stopping = true;
        else if (!job_begin(job, caller->client, caller->calls, caller->timeout_ms))
            answer(caller, job);
    }
}

static void answer_those_done(const struct caller *caller)
{
    struct bus_call *call = NULL;
    while ((call = bus_calls_next(caller->calls))) {
        struct job *job = job_take(call);
        if (job)
            answer(caller, job);
    }
}

/* Until told to stop; what is on its way then still comes to its end, or its deadline. */
static void call_contact(struct caller *caller)
{
    caller->calls = bus_calls_new(caller->client, caller->pipe);
    while (!caller->is_stopping || bus_calls_open(caller->calls) > 0) {
        bus_calls_wait(caller->calls, TURN_MS);
        answer_those_done(caller);
        take_jobs(caller);
    }
    bus_calls_free(caller->calls);
}

static void refuse_jobs(const struct caller *caller)
{
    void *job = NULL;
    while (zsock_recv(caller->pipe, "p", &job) == 0 && job) {
        job_refuse(job, STATUS_UNAVAILABLE, "the contact service cannot be called");
        answer(caller, job);
    }
}

static void caller_actor(zsock_t *pipe, void *args)
{
    const struct service *service = args;
    const struct config *config = service_config(service);
    const struct bus_client_options options = {
        .redis_url = config_text(config, "redis-url"), .keys = service_keys(service), .principal = "service:dialer"};
    struct caller caller = {.pipe = pipe, .timeout_ms = config_integer(config, "contact-timeout")};
    struct error err = {0};
    const enum status st = bus_client_new(&options, &caller.client, &err);
    if (st != STATUS_OK)
        log_error("the contact service cannot be called", log_error_text(&err));
    zsock_signal(pipe, 0);
    if (st == STATUS_OK)
        call_contact(&caller);
    else
        refuse_jobs(&caller);
    bus_client_free(caller.client);
    (void)zsock_send(pipe, "p", NULL); /* nothing follows */
    char *term = zstr_recv(pipe);
    zstr_free(&term);
}

struct loop {
    struct edge *edge;
    zsock_t *pipe, *stops;
    zactor_t *caller;
    struct sessions *sessions;
    size_t n_jobs;
    size_t job_bytes;
    struct monotonic next_silence_check;
};

static void reply(struct loop *loop, const struct bus_request *request, enum status code, const char *text,
                  const uint8_t *body, size_t body_len)
{
    metrics_add(&DIALER_REQUESTS, status_name(code), 1);
    bus_send_reply(loop->edge->router, request->peer, request->request_id, code, text, "", body, body_len);
}

static void refuse(struct loop *loop, struct bus_request *request, enum status code, const char *text)
{
    reply(loop, request, code, text, NULL, 0);
    bus_request_free(request);
}

static void hello(struct loop *loop, struct bus_request *request)
{
    Dunlin__Dialer__V1__HelloReply said;
    dunlin__dialer__v1__hello_reply__init(&said);
    said.dialer = request->peer_name;
    said.business_now_us = clock_now().us;
    said.is_clock_driven = clock_is_driven();
    uint8_t body[256];
    if (protobuf_c_message_get_packed_size(&said.base) > sizeof(body)) {
        refuse(loop, request, STATUS_INTERNAL, "the name of this key is too long");
        return;
    }
    const size_t len = protobuf_c_message_pack(&said.base, body);
    reply(loop, request, STATUS_OK, "", body, len);
    bus_request_free(request);
}

static void take_request(struct loop *loop, struct bus_request *request)
{
    if (strcmp(request->peer_role, "dialer") != 0) {
        refuse(loop, request, STATUS_PERMISSION_DENIED,
               "only keys with the role 'dialer' are served here (`dunlin keys add NAME --role dialer`)");
        return;
    }
    const bool is_hello = strcmp(request->method->name, "Hello") == 0;
    sessions_hear(loop->sessions, request->peer_name, request->peer, is_hello);
    if (is_hello) {
        hello(loop, request);
    } else if (loop->n_jobs >= JOBS_MAX || loop->job_bytes + request->body_bytes > JOBS_BYTES_MAX) {
        refuse(loop, request, STATUS_RESOURCE_EXHAUSTED, "too many requests are waiting, send again later");
    } else {
        loop->n_jobs++;
        loop->job_bytes += request->body_bytes;
        (void)zsock_send(loop->caller, "p", job_new(request));
    }
}

static bool receive_requests(struct loop *loop)
{
    static const ProtobufCServiceDescriptor *const SERVICES[] = {&dunlin__dialer__v1__dialer_service__descriptor, NULL};
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(loop->edge->router) & ZMQ_POLLIN); i++) {
        struct bus_request *request = NULL;
        struct error err = {0};
        if (bus_receive_request(loop->edge->router, SERVICES, &request, &err) != STATUS_OK) {
            log_error("the dialers' socket cannot be used", log_error_text(&err));
            return false;
        }
        if (request)
            take_request(loop, request);
    }
    return true;
}

static void finish_job(struct loop *loop, struct job *job)
{
    const struct job_answer *answer = &job->answer;
    for (size_t i = 0; i < answer->n_accounts; i++)
        sessions_hand_out(loop->sessions, job->request->peer_name, &answer->accounts[i]);
    reply(loop, job->request, answer->code, answer->message ? answer->message : "", answer->body, answer->body_len);
    loop->n_jobs--;
    loop->job_bytes -= job->request->body_bytes;
    job_free(job);
}

static void receive_answers(struct loop *loop)
{
    while (zsock_events(loop->caller) & ZMQ_POLLIN) {
        void *job = NULL;
        if (zsock_recv(loop->caller, "p", &job) != 0 || !job)
            return;
        finish_job(loop, job);
    }
}

static const ProtobufCMessageDescriptor *notification_type(const zframe_t *name)
{
    static const ProtobufCMessageDescriptor *const TYPES[] = {&dunlin__dialer__v1__stop_calling__descriptor,
                                                              &dunlin__dialer__v1__may_call_again__descriptor};
    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++)
        if (zframe_streq((zframe_t *)(uintptr_t)name, TYPES[i]->name))
            return TYPES[i];
    return NULL;
}

struct notice {
    zsock_t *router;
    const ProtobufCMessage *message;
};

static void send_notice(void *context, zframe_t *peer)
{
    const struct notice *notice = context;
    bus_send_notification(notice->router, peer, notice->message);
    metrics_add(&DIALER_NOTIFICATIONS, notice->message->descriptor->short_name, 1);
}

static void notify(struct loop *loop, zmsg_t *message)
{
    struct error err = {0};
    struct id account_id;
    zframe_t *id = zmsg_first(message);
    zframe_t *packed = zmsg_next(message);
    zframe_t *name = zmsg_next(message);
    const ProtobufCMessageDescriptor *type = name ? notification_type(name) : NULL;
    if (!type || id_from_bytes(zframe_data(id), zframe_size(id), "account_id", &account_id, &err) != STATUS_OK)
        return;
    ProtobufCMessage *unpacked = wire_unpack(type, zframe_size(packed), zframe_data(packed));
    if (!unpacked)
        return;
    struct notice notice = {.router = loop->edge->router, .message = unpacked};
    sessions_notify(loop->sessions, &account_id, send_notice, &notice);
    protobuf_c_message_free_unpacked(unpacked, NULL);
}

static void receive_stops(struct loop *loop)
{
    while (zsock_events(loop->stops) & ZMQ_POLLIN) {
        zmsg_t *message = zmsg_recv(loop->stops);
        if (!message)
            return;
        notify(loop, message);
        zmsg_destroy(&message);
    }
}

static void check_silence(struct loop *loop)
{
    if (clock_remaining_ms(loop->next_silence_check) > 0)
        return;
    sessions_forget_silent(loop->sessions);
    metrics_set(&DIALER_CONNECTIONS, NULL, (int64_t)sessions_connections(loop->sessions));
    loop->next_silence_check = clock_deadline_ms(SILENCE_CHECK_MS);
}

static void run(struct loop *loop)
{
    zmq_pollitem_t items[] = {
        {.socket = zsock_resolve(loop->pipe), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(loop->stops), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(loop->edge->router), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(loop->caller), .events = ZMQ_POLLIN},
    };
    while (zmq_poll(items, (int)ARRAY_SIZE(items), SILENCE_CHECK_MS) >= 0 || errno == EINTR) {
        if (items[0].revents) /* only ever $TERM */
            return;
        receive_stops(loop);
        receive_answers(loop);
        if (!receive_requests(loop))
            return;
        check_silence(loop);
    }
}

/* Ends the caller, once the jobs that were still on their way are answered. */
static void stop_caller(struct loop *loop)
{
    void *job = NULL;
    (void)zsock_send(loop->caller, "p", NULL);
    while (zsock_recv(loop->caller, "p", &job) == 0 && job)
        finish_job(loop, job);
    zactor_destroy(&loop->caller);
}

static void edge_actor(zsock_t *pipe, void *args)
{
    struct edge *edge = args;
    struct loop loop = {.edge = edge,
                        .pipe = pipe,
                        .stops = zsock_new_pull(">" DIALER_STOPS_ENDPOINT),
                        .caller = zactor_new(caller_actor, (void *)(uintptr_t)edge->service),
                        .sessions = sessions_new()};
    zsock_signal(pipe, 0);
    run(&loop);
    stop_caller(&loop);
    sessions_free(loop.sessions);
    zsock_destroy(&loop.stops);
}

enum status dialer_edge_start(const struct service *service, void **ret_edge,
                              char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err)
{
    struct edge *edge = g_new0(struct edge, 1);
    edge->service = service;
    const enum status st = bus_bind_router(service_keys(service), config_text(service_config(service), "public-listen"),
                                           &edge->router, edge->endpoint, err);
    if (st != STATUS_OK) {
        g_free(edge);
        return error_wrap(err, st, "public-listen");
    }
    edge->actor = zactor_new(edge_actor, edge);
    log_info("dialers are welcome", log_text("endpoint", edge->endpoint));
    (void)g_strlcpy(ret_endpoint, edge->endpoint, REGISTRY_ENDPOINT_SIZE);
    *ret_edge = edge;
    return STATUS_OK;
}

void dialer_edge_stop(void *data)
{
    struct edge *edge = data;
    zactor_destroy(&edge->actor);
    zsock_destroy(&edge->router);
    g_free(edge);
}
