#include <string.h>

#include <sodium.h>

#include "logging/logging.h"
#include "service/worker.h"
#include "service_sql.h"

#define ABORTED_ATTEMPTS 5

/* 16 bytes tell a mistake from a retry; a caller who makes collisions deceives himself alone. */
#define REQUEST_HASH_BYTES crypto_generichash_BYTES_MIN

/* A batch of requests of one method on its way through one unit. */
struct batch {
    const struct service_method *method;
    struct bus_request *requests[UNIT_CALLS_MAX];
    struct service_call calls[UNIT_CALLS_MAX];     /* those not answered by a stored reply, in order */
    struct service_answer answers[UNIT_CALLS_MAX]; /* one a request */
    size_t n;
};

static void send_answer(struct worker *worker, struct bus_request *request, enum status code, const char *message,
                        const char *owner, uint8_t *body, size_t body_len)
{
    struct outgoing_reply *reply = g_new0(struct outgoing_reply, 1);
    *reply = (struct outgoing_reply){.peer = TAKE(request->peer),
                                     .request_id = request->request_id,
                                     .code = code,
                                     .message = g_strdup(message ? message : ""),
                                     .owner = g_strdup(owner ? owner : ""),
                                     .body = body,
                                     .body_len = body_len};
    metrics_add(&SERVICE_METRICS[SERVICE_REQUESTS], status_name(code), 1);
    metrics_observe_us(&SERVICE_METRICS[SERVICE_REQUEST_TIME], request->method->name,
                       clock_monotonic().us - request->received_at.us);
    atomic_fetch_sub(&worker->service->queued_requests[worker->index], 1);
    atomic_fetch_sub(&worker->service->queued_request_bytes, (int64_t)request->body_bytes);
    bus_request_free(request);
    worker_send(worker, IO_REPLY, reply);
}

static void refuse(struct worker *worker, struct bus_request *request, enum status code, const char *message)
{
    send_answer(worker, request, code, message, NULL, NULL, 0);
}

static void send_batch(struct worker *worker, struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct service_answer *answer = &batch->answers[i];
        send_answer(worker, batch->requests[i], answer->code, answer->message, NULL, TAKE(answer->body),
                    answer->body_len);
        service_answer_clear(answer);
    }
}

static void fail_batch(struct worker *worker, struct batch *batch, enum status code, const char *message)
{
    for (size_t i = 0; i < batch->n; i++) {
        service_answer_clear(&batch->answers[i]);
        refuse(worker, batch->requests[i], code, message);
    }
}

/* Two callers may choose the same key: each has its own. */
static void scope_key(struct bus_request *request)
{
    if (request->idempotency_key[0] == '\0')
        return;
    char *scoped = g_strdup_printf("%s/%s", request->peer_name, request->idempotency_key);
    g_free(request->idempotency_key);
    request->idempotency_key = scoped;
}

void requests_add(struct worker *worker, struct bus_request *request)
{
    scope_key(request);
    for (size_t i = 0; i < worker->n_methods; i++) {
        if (strcmp(worker->service->spec->methods[i].name, request->method->name) == 0) {
            g_queue_push_tail(worker->requests[i], request);
            return;
        }
    }
    refuse(worker, request, STATUS_UNIMPLEMENTED, "method not served");
}

bool requests_are_pending(const struct worker *worker)
{
    for (size_t i = 0; i < worker->n_methods; i++)
        if (!g_queue_is_empty(worker->requests[i]))
            return true;
    return false;
}

void requests_refuse_all(struct worker *worker, enum status code, const char *message)
{
    for (size_t i = 0; i < worker->n_methods; i++) {
        struct bus_request *request = NULL;
        while ((request = g_queue_pop_head(worker->requests[i])))
            refuse(worker, request, code, message);
    }
}

/* ABORTED: nothing happened, so that whoever asks may ask the right one at once. */
static void refuse_not_owned(struct worker *worker, struct bus_request *request)
{
    const struct instance *owner =
        worker->roster ? roster_owner(worker->roster, worker->service->spec->name, request->partition) : NULL;
    char message[128];
    g_snprintf(message, sizeof(message), "partition %u is not owned by %s", request->partition,
               worker->service->instance.id);
    const bool is_other = owner && strcmp(owner->id, worker->service->instance.id) != 0;
    send_answer(worker, request, STATUS_ABORTED, message, is_other ? owner->id : "", NULL, 0);
}

static bool is_ready(struct worker *worker, const struct service_method *method, struct bus_request *request)
{
    if (clock_remaining_ms(request->deadline) == 0) {
        refuse(worker, request, STATUS_DEADLINE_EXCEEDED, "the deadline passed before the request was looked at");
        return false;
    }
    if (method->scope != SERVICE_ANYWHERE && !worker->parts[request->partition].is_owned) {
        refuse_not_owned(worker, request);
        return false;
    }
    struct error err;
    if (method->scope == SERVICE_AT_HEAD && events_check_backlog(worker, request->partition, &err) != STATUS_OK) {
        refuse(worker, request, err.code, err.text);
        return false;
    }
    return true;
}

/* A key is of a partition: a command whose parts go to many carries the same one to each. */
static guint hash_key(gconstpointer data)
{
    const struct bus_request *request = data;
    return g_str_hash(request->idempotency_key) ^ request->partition;
}

static gboolean is_same_key(gconstpointer a, gconstpointer b)
{
    const struct bus_request *x = a, *y = b;
    return x->partition == y->partition && strcmp(x->idempotency_key, y->idempotency_key) == 0;
}

/* Takes up to UNIT_CALLS_MAX requests; a second one with a key that is in the batch already waits for the next. */
static void collect(struct worker *worker, size_t method_index, struct batch *batch)
{
    GQueue *queue = worker->requests[method_index];
    const struct service_method *method = &worker->service->spec->methods[method_index];
    GHashTable *keys = g_hash_table_new(hash_key, is_same_key);
    *batch = (struct batch){.method = method};
    struct bus_request *request = NULL;
    while (batch->n < UNIT_CALLS_MAX && (request = g_queue_pop_head(queue))) {
        if (!is_ready(worker, method, request))
            continue;
        if (request->idempotency_key[0] != '\0' && !g_hash_table_add(keys, request)) {
            g_queue_push_head(queue, request);
            break;
        }
        batch->requests[batch->n++] = request;
    }
    g_hash_table_destroy(keys);
}

static size_t partitions_of(const struct batch *batch, uint16_t ret_partitions[static PARTITION_COUNT])
{
    bool is_in[PARTITION_COUNT] = {false};
    size_t n = 0;
    for (size_t i = 0; i < batch->n; i++)
        is_in[batch->requests[i]->partition] = true;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (is_in[p])
            ret_partitions[n++] = p;
    return n;
}

static void prepare_calls(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        service_answer_clear(&batch->answers[i]);
}

static bool stores_replies(const struct batch *batch)
{
    if (batch->method->is_query)
        return false;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->requests[i]->idempotency_key[0] != '\0')
            return true;
    return false;
}

/* Of the message as we pack it: a retry may come with its fields in another order. */
static void hash_request(const struct bus_request *request, uint8_t ret_hash[static REQUEST_HASH_BYTES])
{
    const size_t len = protobuf_c_message_get_packed_size(request->body);
    uint8_t *bytes = g_malloc(len + 1);
    protobuf_c_message_pack(request->body, bytes);
    (void)crypto_generichash(ret_hash, REQUEST_HASH_BYTES, bytes, len, NULL, 0);
    g_free(bytes);
}

/* A stored reply's row against the request that came with its key; NULL: it is the same request. */
static const char *other_use_of_key(const struct db_result *found, size_t row, const struct bus_request *request)
{
    if (strcmp(db_text(found, row, 1), request->method->name) != 0)
        return "this idempotency key was used for another method";
    size_t len = 0;
    const uint8_t *stored = db_bytes(found, row, 2, &len);
    uint8_t hash[REQUEST_HASH_BYTES];
    hash_request(request, hash);
    const bool is_same = !stored || (len == sizeof(hash) && memcmp(stored, hash, len) == 0);
    return is_same ? NULL : "this idempotency key was used for another request";
}

static enum status find_stored(struct worker *worker, struct batch *batch, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *partitions = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *keys = db_array_new(DB_TEXT);
    SCOPED(db_result_freep) struct db_result *found = NULL;
    for (size_t i = 0; i < batch->n; i++) {
        db_array_int2(partitions, (int16_t)batch->requests[i]->partition);
        db_array_text(keys, batch->requests[i]->idempotency_key);
    }
    struct db_args args = {0};
    db_arg_array(&args, partitions);
    db_arg_text(&args, worker->service->spec->name);
    db_arg_array(&args, keys);
    const enum status st = db_exec(worker->db, &SERVICE_REPLY_SELECT, &args, &found, err);
    for (size_t row = 0; st == STATUS_OK && row < db_rows(found); row++) {
        const size_t i = (size_t)db_int4(found, row, 0) - 1;
        struct service_answer *answer = &batch->answers[i];
        answer->is_given = true;
        const char *other_use = other_use_of_key(found, row, batch->requests[i]);
        if (other_use) {
            answer->code = STATUS_INVALID_ARGUMENT;
            answer->message = g_strdup(other_use);
            continue;
        }
        size_t len = 0;
        const uint8_t *bytes = db_bytes(found, row, 3, &len);
        answer->body = g_malloc(len + 1);
        memcpy(answer->body, bytes, len);
        answer->body_len = len;
    }
    return st;
}

static size_t open_calls(struct batch *batch)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->n; i++) {
        const struct bus_request *request = batch->requests[i];
        if (batch->answers[i].is_given)
            continue;
        batch->calls[n++] = (struct service_call){.request = request->body,
                                                  .partition = request->partition,
                                                  .peer = request->peer_name,
                                                  .role = request->peer_role,
                                                  .agency_id = request->agency_id,
                                                  .principal = request->principal,
                                                  .idempotency_key = request->idempotency_key,
                                                  .traceparent = request->traceparent,
                                                  .answer = &batch->answers[i]};
    }
    return n;
}

/* The arrays behind the statement that stores replies; they live until the unit has ended. */
struct stored_replies {
    struct db_array *partitions, *keys, *hashes, *replies;
};

static void stored_replies_clear(struct stored_replies *stored)
{
    db_array_free(stored->partitions);
    db_array_free(stored->keys);
    db_array_free(stored->hashes);
    db_array_free(stored->replies);
}

static void store_replies(struct worker *worker, struct unit *unit, const struct batch *batch, size_t n_calls,
                          struct stored_replies *stored)
{
    stored->partitions = db_array_new(DB_INT2);
    stored->keys = db_array_new(DB_TEXT);
    stored->hashes = db_array_new(DB_BYTEA);
    stored->replies = db_array_new(DB_BYTEA);
    for (size_t i = 0; i < n_calls; i++) {
        const struct service_call *call = &batch->calls[i];
        if (call->idempotency_key[0] == '\0' || call->answer->code != STATUS_OK)
            continue;
        uint8_t hash[REQUEST_HASH_BYTES];
        hash_request(batch->requests[call->answer - batch->answers], hash);
        db_array_int2(stored->partitions, (int16_t)call->partition);
        db_array_text(stored->keys, call->idempotency_key);
        db_array_bytes(stored->hashes, hash, sizeof(hash));
        db_array_bytes(stored->replies, call->answer->body, call->answer->body_len);
    }
    if (db_array_length(stored->keys) == 0)
        return;
    struct db_call insert = {.statement = &SERVICE_REPLY_INSERT};
    db_arg_array(&insert.args, stored->partitions);
    db_arg_text(&insert.args, worker->service->spec->name);
    db_arg_array(&insert.args, stored->keys);
    db_arg_text(&insert.args, batch->method->name);
    db_arg_array(&insert.args, stored->hashes);
    db_arg_array(&insert.args, stored->replies);
    db_arg_int8(&insert.args, clock_wall_us());
    unit_add_call(unit, &insert);
}

/* A command at the partition's owner takes effect only where it is the owner still. */
static void fence_partitions(const struct worker *worker, struct unit *unit, const struct batch *batch)
{
    uint16_t partitions[PARTITION_COUNT];
    if (batch->method->scope != SERVICE_IN_PARTITION || batch->method->is_query)
        return;
    const size_t n = partitions_of(batch, partitions);
    for (size_t i = 0; i < n; i++)
        worker_fence(worker, unit, partitions[i]);
}

static enum status check_answers(const struct batch *batch, size_t n_calls, struct error *err)
{
    for (size_t i = 0; i < n_calls; i++)
        if (!batch->calls[i].answer->is_given)
            return error_set(err, STATUS_INTERNAL, "method %s left a call without an answer", batch->method->name);
    return STATUS_OK;
}

static enum status handle(struct worker *worker, struct unit *unit, struct batch *batch, struct stored_replies *stored,
                          struct error *err)
{
    enum status st = STATUS_OK;
    const bool is_stored = stores_replies(batch);
    if (batch->method->scope == SERVICE_AT_HEAD) {
        uint16_t partitions[PARTITION_COUNT];
        const size_t n = partitions_of(batch, partitions);
        st = unit_lock_heads(unit, partitions, n, err);
        if (st == STATUS_OK)
            st = events_catch_up(worker, unit, partitions, n, err);
    }
    if (st == STATUS_OK && is_stored)
        st = find_stored(worker, batch, err);
    if (st != STATUS_OK)
        return st;
    const size_t n_calls = open_calls(batch);
    if (n_calls == 0)
        return STATUS_OK;
    unit_set_traceparent(unit, batch->calls[0].traceparent);
    st = batch->method->handle(unit, batch->calls, n_calls, err);
    if (st == STATUS_OK)
        st = check_answers(batch, n_calls, err);
    if (st != STATUS_OK)
        return st;
    if (is_stored)
        store_replies(worker, unit, batch, n_calls, stored);
    fence_partitions(worker, unit, batch);
    return STATUS_OK;
}

static enum status run_unit(struct worker *worker, struct batch *batch, struct error *err)
{
    const struct monotonic since = clock_monotonic();
    struct stored_replies stored = {0};
    prepare_calls(batch);
    struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    enum status st = handle(worker, unit, batch, &stored, err);
    if (st == STATUS_OK)
        st = worker_commit(worker, &unit, batch->method->name, since, err);
    unit_rollback(unit);
    stored_replies_clear(&stored);
    return st;
}

/* An event that cannot be applied stands before the head: it is parked by the ordinary way, then the decision is made
 * without it. */
static void clear_the_way(struct worker *worker, const struct batch *batch)
{
    uint16_t partitions[PARTITION_COUNT];
    if (batch->method->scope == SERVICE_AT_HEAD && worker->db)
        events_consume_now(worker, partitions, partitions_of(batch, partitions));
}

static bool still_owns(const struct worker *worker, const struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->method->scope != SERVICE_ANYWHERE && !worker->parts[batch->requests[i]->partition].is_owned)
            return false;
    return true;
}

static enum status run_with_retries(struct worker *worker, struct batch *batch, struct error *err)
{
    enum status st = STATUS_ABORTED;
    for (int attempt = 0; attempt < ABORTED_ATTEMPTS && st == STATUS_ABORTED && worker->db && still_owns(worker, batch);
         attempt++) {
        st = run_unit(worker, batch, err);
        if (st != STATUS_OK)
            worker_after_failure(worker, st);
    }
    return st;
}

static void run_single(struct worker *worker, const struct service_method *method, struct bus_request *request)
{
    struct batch *single = g_new0(struct batch, 1);
    struct error err;
    single->method = method;
    single->requests[0] = request;
    single->n = 1;
    enum status st = STATUS_UNAVAILABLE;
    (void)error_set(&err, st, "PostgreSQL cannot be reached");
    if (worker->db && still_owns(worker, single))
        st = run_with_retries(worker, single, &err);
    else if (worker->db)
        st = error_set(&err, STATUS_ABORTED, "partition %u is not owned by %s", request->partition,
                       worker->service->instance.id);
    if (st == STATUS_OK) {
        send_batch(worker, single);
    } else if (st == STATUS_RESOURCE_EXHAUSTED) { /* the batch has been logged */
        fail_batch(worker, single, st, err.text);
    } else {
        log_error("a request failed", log_text("method", method->name), log_error_text(&err));
        fail_batch(worker, single, st, err.text);
    }
    g_free(single);
}

static void run_batch(struct worker *worker, struct batch *batch)
{
    struct error err;
    enum status st = run_with_retries(worker, batch, &err);
    if (st == STATUS_OK) {
        send_batch(worker, batch);
        return;
    }
    if (st == STATUS_ABORTED && !still_owns(worker, batch)) {
        for (size_t i = 0; i < batch->n; i++) {
            service_answer_clear(&batch->answers[i]);
            refuse_not_owned(worker, batch->requests[i]);
        }
        return;
    }
    if (!worker->db || st == STATUS_UNAVAILABLE || st == STATUS_DEADLINE_EXCEEDED) {
        log_error("requests failed", log_text("method", batch->method->name), log_number("count", (int64_t)batch->n),
                  log_error_text(&err));
        fail_batch(worker, batch, st, err.text);
        return;
    }
    if (st == STATUS_RESOURCE_EXHAUSTED)
        log_warn("requests wait for events", log_text("method", batch->method->name), log_error_text(&err));
    clear_the_way(worker, batch);
    for (size_t i = 0; i < batch->n; i++) {
        service_answer_clear(&batch->answers[i]);
        run_single(worker, batch->method, batch->requests[i]);
    }
}

void requests_step(struct worker *worker)
{
    for (size_t i = 0; i < worker->n_methods && worker->db; i++) {
        if (g_queue_is_empty(worker->requests[i]))
            continue;
        struct batch *batch = g_new0(struct batch, 1);
        collect(worker, i, batch);
        if (batch->n > 0)
            run_batch(worker, batch);
        g_free(batch);
    }
}
