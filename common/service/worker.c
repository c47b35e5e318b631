#include "service/worker.h"

#include <string.h>

#include "logging/logging.h"
#include "platform/platform.h"
#include "service_sql.h"

#define MESSAGES_A_TURN 10000

void worker_send(struct worker *worker, enum io_message kind, void *pointer)
{
    if (zsock_send(worker->pipe, "ip", (int)kind, pointer) != 0)
        log_error("the I/O thread's pipe is closed, dropping a message", log_number("kind", kind));
}

static void set_database_state(struct worker *worker, enum database_state state)
{
    atomic_store(&worker->service->database[worker->index], (int)state);
}

struct monotonic worker_pause(int64_t *retry_ms)
{
    *retry_ms = *retry_ms ? MIN(*retry_ms * 2, RETRY_MAX_MS) : RETRY_FIRST_MS;
    return clock_deadline_ms(*retry_ms);
}

static void disconnect(struct worker *worker)
{
    set_database_state(worker, db_is_alive(worker->db) ? DATABASE_NO_WRITES : DATABASE_UNREACHABLE);
    ownership_give_up(worker);
    db_close(worker->db);
    worker->db = NULL;
    worker->next_connect = worker_pause(&worker->connect_retry_ms);
}

void worker_after_failure(struct worker *worker, enum status st)
{
    if (!worker->db)
        return;
    if (!db_is_alive(worker->db) || st == STATUS_UNAVAILABLE)
        disconnect(worker);
    else if (worker->is_epoch_lost)
        ownership_give_up(worker);
    worker->is_epoch_lost = false;
}

struct unit *worker_begin(struct worker *worker, struct error *err)
{
    const struct unit_owner owner = {.service = worker->service,
                                     .db = worker->db,
                                     .context = worker->context,
                                     .is_parked = events_is_parked,
                                     .worker = worker,
                                     .is_epoch_lost = &worker->is_epoch_lost};
    return unit_begin(&owner, err);
}

void worker_fence(const struct worker *worker, struct unit *unit, uint16_t partition)
{
    const struct part *part = &worker->parts[partition];
    if (part->is_owned && worker->service->spec->consumption == SERVICE_CONSUMES_OWNED)
        unit_move_cursor(unit, partition, part->epoch, MAX(part->stored, part->inbox.cursor));
}

static void publish(struct worker *worker, GArray *publications)
{
    const bool skips_own =
        worker->service->spec->consumption == SERVICE_CONSUMES_OWNED && !worker->service->spec->consumes_own;
    for (guint i = 0; i < publications->len; i++) {
        struct unit_publication *publication = &g_array_index(publications, struct unit_publication, i);
        struct part *part = &worker->parts[publication->partition];
        publication->events->is_for_us = !skips_own || !part->is_owned;
        if (skips_own && part->is_owned)
            inbox_add_own(&part->inbox, publication->first_seq, publication->last_seq);
        metrics_add(&SERVICE_METRICS[SERVICE_EVENTS_APPENDED], NULL,
                    publication->last_seq - publication->first_seq + 1);
        worker_send(worker, IO_PUBLISH, publication->events);
    }
}

enum status worker_commit(struct worker *worker, struct unit **unit, const char *kind, struct monotonic since,
                          struct error *err)
{
    const int64_t earliest_us = unit_earliest_timer_us(*unit);
    const bool is_rewound = unit_is_rewound(*unit);
    GArray *publications = NULL, *cursors = NULL;
    const enum status st = unit_commit(unit, &publications, &cursors, err);
    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < cursors->len; i++) {
        const struct eventlog_cursor_move *move = &g_array_index(cursors, struct eventlog_cursor_move, i);
        worker->parts[move->partition].stored = move->seq;
        inbox_advance(&worker->parts[move->partition].inbox, move->seq);
    }
    publish(worker, publications);
    events_note_unsaved(worker);
    worker->next_timer_us = MIN(worker->next_timer_us, earliest_us);
    worker->connect_retry_ms = 0;
    g_array_free(publications, TRUE);
    g_array_free(cursors, TRUE);
    metrics_observe_us(&SERVICE_METRICS[SERVICE_UNIT_TIME], kind, clock_monotonic().us - since.us);
    if (is_rewound) {
        atomic_fetch_add(&worker->service->rewinds, 1);
        ownership_follow_rewinds(worker);
    }
    return STATUS_OK;
}

static void connect_step(struct worker *worker)
{
    if (worker->db || clock_remaining_ms(worker->next_connect) > 0)
        return;
    struct error err;
    enum database_state state = DATABASE_UNREACHABLE;
    const enum status st = database_open(worker->service, &worker->db, &state, &err);
    set_database_state(worker, state);
    if (st != STATUS_OK) {
        log_warn("PostgreSQL cannot be used, trying again", log_error_text(&err));
        worker->next_connect = worker_pause(&worker->connect_retry_ms);
        return;
    }
    worker->must_check_ownership = true;
    worker->next_timer_us = INT64_MIN;
}

static void tell_reload(enum status st, const struct error *err)
{
    if (st == STATUS_OK)
        log_info("policies read again");
    else
        log_error("policies cannot be read again, the old ones stay", log_error_text(err));
}

static void reload(struct worker *worker)
{
    const struct service *service = worker->service;
    struct error err;
    if (service->spec->reload)
        tell_reload(service->spec->reload(worker->context, &err), &err);
    if (worker->index == 0 && service->edge && service->spec->edge_reload)
        tell_reload(service->spec->edge_reload(service->edge, &err), &err);
}

static void drain(struct worker *worker)
{
    worker->is_draining = true;
    worker->must_check_ownership = true;
}

static void take_message(struct worker *worker, int kind, void *pointer)
{
    switch ((enum worker_message)kind) {
    case WORKER_REQUEST:
        requests_add(worker, pointer);
        break;
    case WORKER_FRAME:
        events_receive(worker, pointer);
        break;
    case WORKER_ROSTER:
        roster_free(worker->roster);
        worker->roster = pointer;
        worker->must_check_ownership = true;
        break;
    case WORKER_CLOCK:
        break; /* only wakes: timers_step reads the clock */
    case WORKER_RELOAD:
        reload(worker);
        break;
    case WORKER_DRAIN:
        drain(worker);
        break;
    case WORKER_STOP:
        worker->is_stopped = true;
        break;
    }
}

/* How long to wait for a message: until the next thing that is due by itself. */
static long wait_ms(const struct worker *worker)
{
    if (requests_are_pending(worker))
        return worker->db ? 0 : 20;
    int64_t ms = clock_remaining_ms(worker->next_heads);
    if (!worker->db)
        return (long)MIN(ms, clock_remaining_ms(worker->next_connect));
    ms = MIN(ms, events_wait_ms(worker));
    if (worker->has_unsaved)
        ms = MIN(ms, MAX(0, CURSOR_DELAY_MS - (clock_monotonic().us - worker->unsaved_since.us) / US_PER_MS));
    if (worker->must_check_ownership && worker->service->spec->consumption == SERVICE_CONSUMES_OWNED)
        ms = MIN(ms, clock_remaining_ms(worker->next_ownership));
    if (worker->service->spec->timers && worker->next_timer_us != INT64_MAX) {
        const int64_t due_us = worker->next_timer_us == INT64_MIN ? 0 : worker->next_timer_us - clock_now().us;
        if (due_us <= 0)
            ms = MIN(ms, clock_remaining_ms(worker->timers_retry_at));
        else if (!clock_is_driven())
            ms = MIN(ms, due_us / US_PER_MS + 1);
    }
    return (long)MAX(ms, 0);
}

/* False once the worker was told to stop, or its pipe is gone. */
static bool receive(struct worker *worker)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(worker->pipe), .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, wait_ms(worker)) < 0)
        return errno == EINTR;
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(worker->pipe) & ZMQ_POLLIN); i++) {
        zmsg_t *message = zmsg_recv(worker->pipe);
        if (!message)
            return false;
        if (zmsg_size(message) != 2) { /* czmq's own $TERM */
            zmsg_destroy(&message);
            return false;
        }
        char *kind = zmsg_popstr(message);
        zframe_t *frame = zmsg_pop(message);
        void *pointer = NULL;
        memcpy(&pointer, zframe_data(frame), sizeof(pointer));
        take_message(worker, (int)strtol(kind, NULL, 10), pointer);
        zframe_destroy(&frame);
        zstr_free(&kind);
        zmsg_destroy(&message);
    }
    return !worker->is_stopped;
}

enum status worker_read_clock(struct worker *worker, struct error *err)
{
    bool is_driven = false;
    struct instant now = {0};
    const enum status st = platform_clock_read(worker->db, &is_driven, &now, err);
    if (st == STATUS_OK && is_driven)
        (void)clock_drive(now);
    else if (st == STATUS_OK && clock_is_driven())
        clock_release();
    return st;
}

static void look_at_clock(struct worker *worker)
{
    struct error err;
    if (worker_read_clock(worker, &err) != STATUS_OK)
        worker_after_failure(worker, err.code);
}

static void daily(struct worker *worker)
{
    struct error err;
    struct db_args args = {0};
    db_arg_text(&args, worker->service->spec->name);
    db_arg_int8(&args, clock_wall_us() - 7 * US_PER_DAY);
    if (db_exec(worker->db, &SERVICE_LOG_ENSURE_MONTHS, NULL, NULL, &err) != STATUS_OK ||
        db_exec(worker->db, &SERVICE_REPLY_DELETE_OLD, &args, NULL, &err) != STATUS_OK) {
        log_warn("daily housekeeping failed, trying again in an hour", log_error_text(&err));
        worker_after_failure(worker, err.code);
        worker->next_daily = clock_deadline_ms(3600 * 1000);
        return;
    }
    worker->next_daily = clock_deadline_ms(24 * 3600 * 1000);
}

/* A server may become read-only under a service that has nothing to write, and that should not say it is ready. */
static void check_writable(struct worker *worker)
{
    struct error err;
    if (clock_remaining_ms(worker->next_writable) > 0)
        return;
    worker->next_writable = clock_deadline_ms(WRITABLE_CHECK_MS);
    const enum status st = database_check_writable(worker->db, &err);
    if (st != STATUS_OK) {
        log_warn("PostgreSQL cannot be used", log_error_text(&err));
        worker_after_failure(worker, st);
    }
}

static void housekeeping(struct worker *worker)
{
    if (clock_remaining_ms(worker->next_heads) > 0)
        return;
    worker->next_heads = clock_deadline_ms(HEADS_CHECK_MS);
    if (worker->db)
        check_writable(worker);
    if (worker->db)
        events_check_heads(worker);
    if (worker->db)
        ownership_check_held(worker);
    if (worker->db)
        timers_look_again(worker);
    if (worker->db && worker->index == 0)
        look_at_clock(worker);
    if (worker->db && worker->index == 0 && clock_remaining_ms(worker->next_daily) == 0)
        daily(worker);
}

static void finish_draining(struct worker *worker)
{
    if (!worker->is_draining || worker->has_drained || requests_are_pending(worker))
        return;
    uint16_t partitions[PARTITION_COUNT];
    if (worker->db && ownership_list(worker, partitions) > 0 &&
        worker->service->spec->consumption == SERVICE_CONSUMES_OWNED)
        return;
    worker->has_drained = true;
    worker_send(worker, IO_DRAINED, NULL);
}

static void turn(struct worker *worker)
{
    connect_step(worker);
    ownership_follow_rewinds(worker);
    if (!worker->db) {
        requests_refuse_all(
            worker, STATUS_UNAVAILABLE,
            database_trouble((enum database_state)atomic_load(&worker->service->database[worker->index])));
    } else {
        ownership_step(worker);
        requests_step(worker);
        events_step(worker);
        timers_step(worker);
    }
    housekeeping(worker);
    finish_draining(worker);
}

static void worker_fini(struct worker *worker)
{
    requests_refuse_all(worker, STATUS_ABORTED, "stopping");
    ownership_drop_all(worker);
    if (worker->service->spec->close)
        worker->service->spec->close(worker->context);
    db_close(worker->db);
    roster_free(worker->roster);
    for (size_t i = 0; i < worker->n_methods; i++)
        g_queue_free(worker->requests[i]);
    g_free(worker->requests);
}

static enum status worker_init(struct worker *worker, const struct worker_args *args, zsock_t *pipe, struct error *err)
{
    *worker = (struct worker){.service = args->service, .index = args->index, .pipe = pipe, .next_timer_us = INT64_MIN};
    while (worker->service->spec->methods && worker->service->spec->methods[worker->n_methods].name)
        worker->n_methods++;
    worker->requests = g_new0(GQueue *, worker->n_methods + 1);
    for (size_t i = 0; i < worker->n_methods; i++)
        worker->requests[i] = g_queue_new();
    if (!worker->service->spec->open)
        return STATUS_OK;
    return worker->service->spec->open(worker->service, worker->index, &worker->context, err);
}

void worker_actor(zsock_t *pipe, void *data)
{
    struct worker_args *args = data;
    struct worker worker;
    args->status = worker_init(&worker, args, pipe, &args->error);
    zsock_signal(pipe, 0);
    if (args->status == STATUS_OK)
        while (receive(&worker))
            turn(&worker);
    worker_fini(&worker);
    worker_send(&worker, IO_STOPPED, NULL);
    char *term = zstr_recv(pipe);
    zstr_free(&term);
}
