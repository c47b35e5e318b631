#include "bus/bus_internal.h"

#include <string.h>

#include "clock/clock.h"
#include "id/id.h"

/* How calls are brought to their ends. Each is in one place at a time: delayed (ordered by when it may be tried),
 * waiting at a link (for the connection or the window), in flight (found by its request id), or done. */

#define BACKOFF_FIRST_MS   20
#define BACKOFF_MAX_MS     1000
#define REROUTE_IVL_MS     1000 /* how often waiting calls look whether another instance has become theirs */
#define FORCED_REFRESH_MS  100  /* a stale roster is read again at most so often */
#define ENVELOPE_MAX_BYTES 2048 /* an envelope without its body: four texts of BUS_TEXT_MAX_BYTES and the numbers */

enum attempt_state {
    ATTEMPT_DELAYED,
    ATTEMPT_WAITING,
    ATTEMPT_IN_FLIGHT,
};

struct attempt {
    struct bus_call *call; /* its error holds the last trouble until the call is done */
    const ProtobufCMethodDescriptor *method;
    char service[REGISTRY_NAME_SIZE];
    int64_t timeout_ms;
    struct monotonic deadline;
    GSequenceIter *by_deadline; /* until it is done */
    enum attempt_state state;
    struct monotonic ready_at; /* delayed */
    GSequenceIter *by_ready;
    struct bus_link *link; /* waiting, in flight */
    uint64_t request_id;   /* in flight */
    unsigned n_failures;
    bool may_have_run;              /* was sent, and nobody said what became of it */
    bool has_followed;              /* a wrong owner's pointer, once */
    char owner[REGISTRY_NAME_SIZE]; /* where that pointer leads; empty: the roster decides */
};

struct bus_calls {
    struct bus_client *client;
    zsock_t *also; /* may be NULL */
    struct monotonic reroute_at;
    GSequence *open;       /* of struct attempt, by deadline; owns them */
    GSequence *delayed;    /* by ready_at */
    GHashTable *in_flight; /* request id -> struct attempt */
    GQueue done;           /* of struct bus_call */
};

static int compare_times(struct monotonic x, struct monotonic y)
{
    return x.us < y.us ? -1 : x.us > y.us;
}

static int compare_ready(const void *a, const void *b, void *context)
{
    (void)context;
    return compare_times(((const struct attempt *)a)->ready_at, ((const struct attempt *)b)->ready_at);
}

static int compare_deadlines(const void *a, const void *b, void *context)
{
    (void)context;
    return compare_times(((const struct attempt *)a)->deadline, ((const struct attempt *)b)->deadline);
}

/* The attempt is in no place any more but the order by deadline, which owns it. */
static void finish(struct bus_calls *calls, struct attempt *attempt, enum status code)
{
    attempt->call->code = code;
    g_queue_push_tail(&calls->done, attempt->call);
    g_sequence_remove(attempt->by_deadline);
}

static void delay(struct bus_calls *calls, struct attempt *attempt, int64_t pause_ms)
{
    attempt->state = ATTEMPT_DELAYED;
    attempt->link = NULL;
    attempt->ready_at = clock_deadline_ms(pause_ms);
    attempt->by_ready = g_sequence_insert_sorted(calls->delayed, attempt, compare_ready, NULL);
}

/* Half to whole of the doubled pause, so that those who failed together do not come back together. */
static void back_off(struct bus_calls *calls, struct attempt *attempt)
{
    unsigned doublings = MIN(attempt->n_failures, 10);
    int pause_ms = MIN(BACKOFF_FIRST_MS << doublings, BACKOFF_MAX_MS);
    attempt->n_failures++;
    bus_count(BUS_METRIC_CALL_RETRIES, attempt->service);
    delay(calls, attempt, g_random_int_range(pause_ms / 2, pause_ms + 1));
}

static bool is_idempotent(const struct bus_call *call)
{
    return call->is_query || (call->idempotency_key != NULL && call->idempotency_key[0] != '\0');
}

static const struct instance *find_owner(struct bus_calls *calls, struct attempt *attempt)
{
    struct bus_client *client = calls->client;
    const struct instance *instance = NULL;
    if (attempt->owner[0] != '\0') {
        instance = roster_find(client->roster, attempt->owner);
        if (instance == NULL) {
            bus_client_refresh(client, FORCED_REFRESH_MS);
            instance = roster_find(client->roster, attempt->owner);
        }
        attempt->owner[0] = '\0';
    }
    return instance != NULL ? instance : roster_owner(client->roster, attempt->service, attempt->call->partition);
}

static const struct instance *find_any(struct bus_calls *calls, const char *service)
{
    const struct roster *roster = calls->client->roster;
    size_t n_serving = 0;
    for (size_t i = 0; i < roster->n; i++)
        n_serving +=
            roster->instances[i].state == INSTANCE_SERVING && strcmp(roster->instances[i].service, service) == 0;
    if (n_serving == 0)
        return NULL;
    size_t skip = calls->client->n_round_robin++ % n_serving;
    for (size_t i = 0; i < roster->n; i++)
        if (roster->instances[i].state == INSTANCE_SERVING && strcmp(roster->instances[i].service, service) == 0 &&
            skip-- == 0)
            return &roster->instances[i];
    return NULL;
}

static const struct instance *find_instance(struct bus_calls *calls, struct attempt *attempt)
{
    switch (attempt->call->route) {
    case BUS_ROUTE_PARTITION:
        return find_owner(calls, attempt);
    case BUS_ROUTE_ANY:
        return find_any(calls, attempt->service);
    case BUS_ROUTE_INSTANCE:
        return roster_find(calls->client->roster, attempt->call->instance_id);
    }
    return NULL;
}

static enum status choose_instance(struct bus_calls *calls, struct attempt *attempt,
                                   const struct instance **ret_instance, struct error *err)
{
    const struct roster *roster = NULL;
    enum status st = bus_client_roster(calls->client, &roster, err);
    if (st != STATUS_OK)
        return st;
    *ret_instance = find_instance(calls, attempt);
    if (*ret_instance != NULL)
        return STATUS_OK;
    if (attempt->call->route == BUS_ROUTE_INSTANCE)
        return error_set(err, STATUS_UNAVAILABLE, "instance '%s' is not there (`dunlin status` lists those that are)",
                         attempt->call->instance_id);
    return error_set(err, STATUS_UNAVAILABLE, "no instance of '%s' is serving (is it running? `dunlin status`)",
                     attempt->service);
}

static enum status note_link_trouble(struct attempt *attempt, const struct bus_link *link)
{
    enum status code = link->trouble == NULL ? STATUS_UNAVAILABLE : link->trouble_code;
    return error_set(&attempt->call->error, code, "%s of %s (%s): %s", attempt->call->method, link->instance_id,
                     link->endpoint, link->trouble == NULL ? "no connection yet" : link->trouble);
}

/* Puts it into the queue of its instance's link, or back where there is none. Nothing has been sent: whatever the call
 * is, it may be tried again. */
static void route(struct bus_calls *calls, struct attempt *attempt)
{
    const struct instance *instance = NULL;
    struct bus_link *link = NULL;
    struct error err = {0};
    enum status st = choose_instance(calls, attempt, &instance, &err);
    if (st == STATUS_OK)
        st = bus_client_link(calls->client, instance, &link, &err);
    if (st != STATUS_OK) {
        (void)error_set(&attempt->call->error, st, "%s: %s", attempt->call->method, err.text);
        back_off(calls, attempt);
    } else if (link->is_dead) {
        (void)note_link_trouble(attempt, link);
        back_off(calls, attempt);
    } else {
        attempt->state = ATTEMPT_WAITING;
        attempt->link = link;
        g_queue_push_tail(&link->waiting, attempt);
    }
}

static void route_those_ready(struct bus_calls *calls)
{
    struct monotonic now = clock_monotonic();
    GSequenceIter *first = g_sequence_get_begin_iter(calls->delayed);
    while (!g_sequence_iter_is_end(first)) {
        struct attempt *attempt = g_sequence_get(first);
        if (attempt->ready_at.us > now.us)
            return;
        g_sequence_remove(first);
        route(calls, attempt);
        first = g_sequence_get_begin_iter(calls->delayed);
    }
}

static enum status pack_request(struct bus_calls *calls, struct attempt *attempt, uint64_t request_id,
                                zmq_msg_t *ret_frame)
{
    const struct bus_call *call = attempt->call;
    char method[2 * BUS_TEXT_MAX_BYTES];
    (void)snprintf(method, sizeof(method), "%s/%s", call->service->name, call->method);
    size_t body_len = protobuf_c_message_get_packed_size(call->request);
    uint8_t *body = g_malloc(body_len + 1);
    (void)protobuf_c_message_pack(call->request, body);
    Dunlin__Bus__V1__Request request;
    dunlin__bus__v1__request__init(&request);
    request.request_id = request_id;
    request.method = method;
    request.timeout_ms = CLAMP(clock_remaining_ms(attempt->deadline), 1, BUS_TIMEOUT_MAX_MS);
    request.idempotency_key = bus_lend(call->idempotency_key == NULL ? "" : call->idempotency_key);
    request.traceparent = bus_lend(call->traceparent == NULL ? "" : call->traceparent);
    request.principal = bus_lend(call->principal == NULL ? calls->client->principal : call->principal);
    request.partition = call->partition;
    request.agency_id = call->agency_id;
    request.body = (ProtobufCBinaryData){.len = body_len, .data = body};
    enum status st = bus_pack(&request.base, ret_frame, NULL);
    g_free(body);
    return st;
}

static bool send_attempt(struct bus_calls *calls, struct attempt *attempt)
{
    zmq_msg_t frame;
    uint64_t request_id = calls->client->last_request_id + 1;
    if (pack_request(calls, attempt, request_id, &frame) != STATUS_OK)
        return false;
    if (!bus_link_send(attempt->link, &frame)) {
        (void)zmq_msg_close(&frame);
        return false;
    }
    calls->client->last_request_id = request_id;
    attempt->request_id = request_id;
    attempt->state = ATTEMPT_IN_FLIGHT;
    attempt->link->n_in_flight++;
    (void)g_hash_table_insert(calls->in_flight, &attempt->request_id, attempt);
    return true;
}

static void pump(struct bus_calls *calls, struct bus_link *link)
{
    while (link->waiting.length > 0 && link->n_in_flight < BUS_WINDOW && bus_link_is_up(link)) {
        if (!send_attempt(calls, g_queue_peek_head(&link->waiting)))
            return;
        (void)g_queue_pop_head(&link->waiting);
    }
}

static void accept_reply(struct bus_calls *calls, struct attempt *attempt, const Dunlin__Bus__V1__Reply *reply)
{
    struct bus_call *call = attempt->call;
    call->reply = bus_unpack(attempt->method->output, reply->body.len, reply->body.data);
    if (call->reply != NULL) {
        call->error = (struct error){0};
        finish(calls, attempt, STATUS_OK);
        return;
    }
    finish(calls, attempt,
           error_set(&call->error, STATUS_INTERNAL, "%s of %s: the reply is no %s", call->method,
                     attempt->link->instance_id, attempt->method->output->name));
}

/* An owner in the reply says that nothing was done there: any call may go on. */
static void handle_refusal(struct bus_calls *calls, struct attempt *attempt, const Dunlin__Bus__V1__Reply *reply)
{
    enum status code = status_from_wire(reply->code > INT32_MAX ? -1 : (int)reply->code);
    (void)error_set(&attempt->call->error, code, "%s of %s: %s", attempt->call->method, attempt->link->instance_id,
                    reply->message[0] == '\0' ? status_name(code) : reply->message);
    bool is_wrong_owner =
        code == STATUS_ABORTED && reply->owner[0] != '\0' && attempt->call->route == BUS_ROUTE_PARTITION;
    bool is_outcome_unknown = code == STATUS_DEADLINE_EXCEEDED || code == STATUS_UNKNOWN;
    attempt->may_have_run = attempt->may_have_run || is_outcome_unknown;
    if (is_wrong_owner && !attempt->has_followed) {
        attempt->has_followed = true;
        (void)g_strlcpy(attempt->owner, reply->owner, sizeof(attempt->owner));
        delay(calls, attempt, 0);
    } else if (is_wrong_owner || ((status_is_transient(code) || is_outcome_unknown) && is_idempotent(attempt->call))) {
        back_off(calls, attempt);
    } else {
        finish(calls, attempt, code);
    }
}

/* Replies of calls that were given up, and notifications, find nobody. */
static void handle_reply(struct bus_calls *calls, struct bus_link *link, const Dunlin__Bus__V1__Reply *reply)
{
    struct attempt *attempt = g_hash_table_lookup(calls->in_flight, &reply->request_id);
    if (attempt == NULL || attempt->link != link)
        return;
    (void)g_hash_table_remove(calls->in_flight, &reply->request_id);
    link->n_in_flight--;
    if (reply->code == STATUS_OK)
        accept_reply(calls, attempt, reply);
    else
        handle_refusal(calls, attempt, reply);
}

static void lose(struct bus_calls *calls, struct attempt *attempt)
{
    const struct bus_link *link = attempt->link;
    struct bus_call *call = attempt->call;
    attempt->may_have_run = true;
    (void)error_set(&call->error, STATUS_DEADLINE_EXCEEDED, "%s of %s (%s): %s before the reply: outcome unknown",
                    call->method, link->instance_id, link->endpoint, link->trouble);
    if (is_idempotent(call))
        back_off(calls, attempt);
    else
        finish(calls, attempt, STATUS_DEADLINE_EXCEEDED);
}

static void handle_loss(struct bus_calls *calls, struct bus_link *link)
{
    GHashTableIter in_flight;
    void *value;
    g_hash_table_iter_init(&in_flight, calls->in_flight);
    while (g_hash_table_iter_next(&in_flight, NULL, &value)) {
        struct attempt *attempt = value;
        if (attempt->link != link)
            continue;
        g_hash_table_iter_remove(&in_flight);
        lose(calls, attempt);
    }
    link->n_in_flight = 0;
    struct attempt *waiting;
    while ((waiting = g_queue_pop_head(&link->waiting)) != NULL) {
        (void)note_link_trouble(waiting, link);
        back_off(calls, waiting);
    }
}

/* Replies first: those that came before the connection was lost count. */
static void serve_link(struct bus_calls *calls, struct bus_link *link)
{
    Dunlin__Bus__V1__Reply *reply;
    while ((reply = bus_link_receive(link)) != NULL) {
        handle_reply(calls, link, reply);
        dunlin__bus__v1__reply__free_unpacked(reply, NULL);
    }
    if (bus_link_read_events(link))
        handle_loss(calls, link);
    pump(calls, link);
}

static void serve_links(struct bus_calls *calls)
{
    GHashTableIter links;
    void *link;
    g_hash_table_iter_init(&links, calls->client->links);
    while (g_hash_table_iter_next(&links, NULL, &link))
        serve_link(calls, link);
}

/* Calls that wait for an instance which may be gone by now look at the roster again. */
static void reroute_those_waiting(struct bus_calls *calls)
{
    if (clock_remaining_ms(calls->reroute_at) > 0)
        return;
    calls->reroute_at = clock_deadline_ms(REROUTE_IVL_MS);
    GHashTableIter links;
    void *value;
    g_hash_table_iter_init(&links, calls->client->links);
    while (g_hash_table_iter_next(&links, NULL, &value)) {
        struct bus_link *link = value;
        struct attempt *waiting;
        while ((waiting = g_queue_pop_head(&link->waiting)) != NULL) {
            (void)note_link_trouble(waiting, link);
            delay(calls, waiting, 0);
        }
    }
}

static struct attempt *first_of(const GSequence *sequence)
{
    GSequenceIter *first = g_sequence_get_begin_iter((GSequence *)(uintptr_t)sequence);
    return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

static int next_wake_ms(const struct bus_calls *calls, struct monotonic until)
{
    int wake_ms = clock_remaining_ms(until);
    const struct attempt *urgent = first_of(calls->open);
    const struct attempt *delayed = first_of(calls->delayed);
    if (urgent != NULL)
        wake_ms = MIN(wake_ms, MIN(clock_remaining_ms(urgent->deadline), clock_remaining_ms(calls->reroute_at)));
    if (delayed != NULL)
        wake_ms = MIN(wake_ms, clock_remaining_ms(delayed->ready_at));
    return wake_ms + 1; /* the remaining time is rounded down: not a millisecond of spinning */
}

static void leave_place(struct bus_calls *calls, struct attempt *attempt)
{
    switch (attempt->state) {
    case ATTEMPT_DELAYED:
        g_sequence_remove(attempt->by_ready);
        break;
    case ATTEMPT_WAITING:
        (void)g_queue_remove(&attempt->link->waiting, attempt);
        break;
    case ATTEMPT_IN_FLIGHT: /* a reply that comes later finds nobody */
        (void)g_hash_table_remove(calls->in_flight, &attempt->request_id);
        attempt->link->n_in_flight--;
        break;
    }
}

static void expire(struct bus_calls *calls, struct attempt *attempt)
{
    struct bus_call *call = attempt->call;
    long long timeout_ms = (long long)attempt->timeout_ms;
    if (attempt->state == ATTEMPT_IN_FLIGHT) {
        attempt->may_have_run = true;
        (void)error_set(&call->error, STATUS_DEADLINE_EXCEEDED,
                        "%s of %s (%s): no reply within %lld ms: outcome unknown", call->method,
                        attempt->link->instance_id, attempt->link->endpoint, timeout_ms);
    } else {
        if (attempt->state == ATTEMPT_WAITING && bus_link_is_up(attempt->link))
            (void)error_set(&call->error, STATUS_DEADLINE_EXCEEDED, "%s of %s (%s): %d others were in flight",
                            call->method, attempt->link->instance_id, attempt->link->endpoint, BUS_WINDOW);
        else if (attempt->state == ATTEMPT_WAITING)
            (void)note_link_trouble(attempt, attempt->link);
        (void)error_wrap(&call->error, call->error.code == STATUS_OK ? STATUS_DEADLINE_EXCEEDED : call->error.code,
                         "given up after %lld ms", timeout_ms);
    }
    leave_place(calls, attempt);
    finish(calls, attempt, call->error.code = attempt->may_have_run ? STATUS_DEADLINE_EXCEEDED : call->error.code);
}

static void expire_those_late(struct bus_calls *calls)
{
    struct attempt *attempt;
    while ((attempt = first_of(calls->open)) != NULL && clock_remaining_ms(attempt->deadline) == 0)
        expire(calls, attempt);
}

static bool is_also_ready(const struct bus_calls *calls)
{
    return calls->also != NULL && (zsock_events(calls->also) & ZMQ_POLLIN) != 0;
}

void bus_calls_wait(struct bus_calls *calls, int64_t timeout_ms)
{
    const struct monotonic until = clock_deadline_ms(timeout_ms);
    for (;;) {
        expire_those_late(calls);
        reroute_those_waiting(calls);
        route_those_ready(calls);
        serve_links(calls);
        if (calls->done.length > 0 || is_also_ready(calls) || clock_remaining_ms(until) == 0)
            return;
        if (calls->also == NULL && bus_calls_open(calls) == 0)
            return;
        (void)zpoller_wait(calls->client->poller, next_wake_ms(calls, until));
    }
}

/* "dunlin.contact.v1" -> "contact" */
static bool copy_service_name(const char *package, char service[static REGISTRY_NAME_SIZE])
{
    const char *first = strchr(package, '.');
    const char *last = strrchr(package, '.');
    if (first == NULL || last <= first + 1 || last - first > REGISTRY_NAME_SIZE)
        return false;
    (void)g_strlcpy(service, first + 1, (size_t)(last - first));
    return true;
}

static bool is_text_ok(const char *text)
{
    return text == NULL || strlen(text) <= BUS_TEXT_MAX_BYTES;
}

static enum status check_call(struct bus_calls *calls, struct attempt *attempt, struct error *err)
{
    const struct bus_call *call = attempt->call;
    attempt->method = protobuf_c_service_descriptor_get_method_by_name(call->service, call->method);
    if (attempt->method == NULL || !copy_service_name(call->service->package, attempt->service))
        return error_set(err, STATUS_INTERNAL, "%s has no method '%s'", call->service->name, call->method);
    if (call->request->descriptor != attempt->method->input)
        return error_set(err, STATUS_INTERNAL, "%s takes no %s", call->method, call->request->descriptor->name);
    if (call->route == BUS_ROUTE_INSTANCE && call->instance_id == NULL)
        return error_set(err, STATUS_INTERNAL, "%s: no instance is named", call->method);
    if (call->partition >= PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: partition %u is not below %d", call->method,
                         call->partition, PARTITION_COUNT);
    if (!is_text_ok(call->idempotency_key) || !is_text_ok(call->traceparent) || !is_text_ok(call->principal) ||
        !is_text_ok(calls->client->principal))
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "%s: idempotency key, traceparent or principal is longer than %d bytes", call->method,
                         BUS_TEXT_MAX_BYTES);
    size_t size = protobuf_c_message_get_packed_size(call->request);
    if (size > BUS_FRAME_MAX_BYTES - ENVELOPE_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: the request of %zu bytes is over the limit of %d",
                         call->method, size, BUS_FRAME_MAX_BYTES - ENVELOPE_MAX_BYTES);
    return STATUS_OK;
}

void bus_calls_add(struct bus_calls *calls, struct bus_call *call, int64_t timeout_ms)
{
    struct attempt *attempt = g_new0(struct attempt, 1);
    attempt->call = call;
    attempt->timeout_ms = timeout_ms;
    attempt->deadline = clock_deadline_ms(timeout_ms);
    attempt->by_deadline = g_sequence_insert_sorted(calls->open, attempt, compare_deadlines, NULL);
    call->code = STATUS_UNKNOWN;
    call->error = (struct error){0};
    call->reply = NULL;
    enum status st = check_call(calls, attempt, &call->error);
    if (st != STATUS_OK)
        finish(calls, attempt, st);
    else
        delay(calls, attempt, 0);
}

/* Replies of earlier calls that come later are dropped by their ids, so nothing of them may count against the window.
 */
static void forget_earlier_calls(struct bus_client *client)
{
    GHashTableIter links;
    void *value;
    g_hash_table_iter_init(&links, client->links);
    while (g_hash_table_iter_next(&links, NULL, &value)) {
        struct bus_link *link = value;
        link->n_in_flight = 0;
        g_queue_clear(&link->waiting);
    }
}

struct bus_calls *bus_calls_new(struct bus_client *client, zsock_t *also)
{
    struct bus_calls *calls = g_new0(struct bus_calls, 1);
    calls->client = client;
    calls->also = also;
    calls->reroute_at = clock_deadline_ms(REROUTE_IVL_MS);
    calls->open = g_sequence_new(g_free);
    calls->delayed = g_sequence_new(NULL);
    calls->in_flight = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_queue_init(&calls->done);
    if (also != NULL)
        (void)zpoller_add(client->poller, also);
    serve_links(calls); /* what happened to the connections since the last calls is not the loss of these */
    return calls;
}

void bus_calls_free(struct bus_calls *calls)
{
    if (calls == NULL)
        return;
    if (calls->also != NULL)
        (void)zpoller_remove(calls->client->poller, calls->also);
    forget_earlier_calls(calls->client);
    g_queue_clear(&calls->done);
    g_hash_table_destroy(calls->in_flight);
    g_sequence_free(calls->delayed);
    g_sequence_free(calls->open);
    g_free(calls);
}

void bus_calls_freep(struct bus_calls **calls)
{
    bus_calls_free(*calls);
    *calls = NULL;
}

size_t bus_calls_open(const struct bus_calls *calls)
{
    return (size_t)g_sequence_get_length(calls->open);
}

struct bus_call *bus_calls_next(struct bus_calls *calls)
{
    return g_queue_pop_head(&calls->done);
}

void bus_call_many(struct bus_client *client, struct bus_call *calls, size_t n, int64_t timeout_ms)
{
    SCOPED(bus_calls_freep) struct bus_calls *overlapping = bus_calls_new(client, NULL);
    for (size_t i = 0; i < n; i++)
        bus_calls_add(overlapping, &calls[i], timeout_ms);
    while (bus_calls_open(overlapping) > 0) {
        bus_calls_wait(overlapping, timeout_ms + 1);
        while (bus_calls_next(overlapping) != NULL)
            continue;
    }
}

enum status bus_call(struct bus_client *client, struct bus_call *call, int64_t timeout_ms, ProtobufCMessage **ret_reply,
                     struct error *err)
{
    bus_call_many(client, call, 1, timeout_ms);
    if (call->code != STATUS_OK)
        return error_set(err, call->code, "%s", call->error.text);
    *ret_reply = TAKE(call->reply);
    return STATUS_OK;
}
