#include <string.h>

#include "logging/logging.h"
#include "service/wire.h"
#include "service/worker.h"

static const struct parked_event *parked_of(const struct worker *worker, const struct id *debtor_id)
{
    if (id_is_none(debtor_id))
        return NULL;
    const struct part *part = &worker->parts[id_partition(debtor_id)];
    for (guint i = 0; part->parked && i < part->parked->len; i++) {
        const struct parked_event *parked = &g_array_index(part->parked, struct parked_event, i);
        if (id_equal(&parked->debtor_id, debtor_id))
            return parked;
    }
    return NULL;
}

bool events_is_parked(const void *worker, const struct id *debtor_id)
{
    return parked_of(worker, debtor_id) != NULL;
}

enum status events_load_parked(struct worker *worker, struct error *err)
{
    uint16_t partitions[PARTITION_COUNT];
    const size_t n_partitions = ownership_list(worker, partitions);
    struct parked_event *parked = NULL;
    size_t n = 0;
    const enum status st =
        eventlog_parked(worker->db, worker->service->spec->name, partitions, n_partitions, &parked, &n, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n_partitions; i++)
        g_array_set_size(worker->parts[partitions[i]].parked, 0);
    for (size_t i = 0; i < n; i++)
        g_array_append_val(worker->parts[parked[i].partition].parked, parked[i]);
    free(parked);
    return STATUS_OK;
}

static const ProtobufCMessageDescriptor *wanted_type(const struct worker *worker, const struct event *event)
{
    const struct service *service = worker->service;
    if (!service->spec->consumes_own && g_str_has_prefix(event->type, service->own_prefix))
        return NULL;
    return g_hash_table_lookup(service->consumed, event->type);
}

static void free_messages(struct service_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++)
        protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)events[i].message, NULL);
    g_free(events);
}

static enum status park_behind(struct worker *worker, struct unit *unit, const struct event *event,
                               const struct parked_event *first, struct error *err)
{
    char reason[64];
    g_snprintf(reason, sizeof(reason), "waits behind %" PRId64, first->seq);
    const struct parked_event parked = {
        .partition = event->partition, .seq = event->seq, .debtor_id = event->debtor_id};
    g_array_append_val(worker->parts[event->partition].parked, parked);
    return eventlog_park(unit_tx(unit), worker->service->spec->name, event, reason, 0, err);
}

/* Applies in one unit what of `events` concerns the service. Later events of a debtor who has one parked are parked
 * behind it, unless `is_retry`. */
static enum status apply(struct worker *worker, struct unit *unit, const struct event *const *events, size_t n,
                         bool is_retry, size_t *ret_applied, struct error *err)
{
    struct service_event *wanted = g_new0(struct service_event, n + 1);
    size_t n_wanted = 0;
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        const ProtobufCMessageDescriptor *type = wanted_type(worker, events[i]);
        if (!type)
            continue;
        const struct parked_event *parked = is_retry ? NULL : parked_of(worker, &events[i]->debtor_id);
        if (parked) {
            st = park_behind(worker, unit, events[i], parked, err);
            continue;
        }
        ProtobufCMessage *message = wire_unpack(type, events[i]->payload_len, events[i]->payload);
        if (!message) {
            st = error_set(err, STATUS_DATA_LOSS, "event %u/%" PRId64 " is no %s", events[i]->partition, events[i]->seq,
                           type->name);
            continue;
        }
        wanted[n_wanted++] = (struct service_event){.event = events[i], .message = message};
    }
    if (st == STATUS_OK && n_wanted > 0)
        st = worker->service->spec->apply(unit, wanted, n_wanted, err);
    for (size_t i = 0; i < n_wanted && st == STATUS_OK; i++)
        metrics_add(&SERVICE_METRICS[SERVICE_EVENTS_APPLIED], wanted[i].event->type, 1);
    *ret_applied = n_wanted;
    free_messages(wanted, n_wanted);
    return st;
}

/* Every cursor that is ahead of what is stored goes along with the unit. */
static void move_unsaved(struct worker *worker, struct unit *unit)
{
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        const struct part *part = &worker->parts[p];
        if (part->is_owned && part->inbox.cursor > part->stored)
            unit_move_cursor(unit, p, part->epoch, part->inbox.cursor);
    }
}

static bool is_broadcast(const struct worker *worker)
{
    return worker->service->spec->consumption == SERVICE_CONSUMES_BROADCAST;
}

void events_read_again(struct worker *worker)
{
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned)
            inbox_reset(&worker->parts[p].inbox, worker->parts[p].inbox.cursor);
}

/* Back to what is committed; a broadcast consumer has nothing committed and stays where it is. */
static void go_back(struct worker *worker)
{
    struct error err;
    if (is_broadcast(worker)) {
        events_read_again(worker);
        return;
    }
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned)
            inbox_reset(&worker->parts[p].inbox, worker->parts[p].stored);
    worker->has_unsaved = false;
    if (worker->db && db_is_alive(worker->db) && events_load_parked(worker, &err) != STATUS_OK)
        worker_after_failure(worker, err.code);
}

/* `covered[p]` is where the cursor of p stands when the unit commits; 0: does not move. */
static enum status run_unit(struct worker *worker, const struct event *const *events, size_t n,
                            const int64_t covered[static PARTITION_COUNT], struct error *err)
{
    const struct monotonic since = clock_monotonic();
    size_t n_applied = 0;
    SCOPED(unit_rollbackp) struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    const enum status st = apply(worker, unit, events, n, false, &n_applied, err);
    if (st != STATUS_OK)
        return st;
    if (is_broadcast(worker)) {
        for (uint16_t p = 0; p < PARTITION_COUNT; p++)
            if (covered[p] > 0)
                inbox_advance(&worker->parts[p].inbox, covered[p]);
        return STATUS_OK;
    }
    move_unsaved(worker, unit);
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (covered[p] > worker->parts[p].stored)
            unit_move_cursor(unit, p, worker->parts[p].epoch, covered[p]);
    return worker_commit(worker, &unit, "events", since, err);
}

static enum status park(struct worker *worker, const struct event *event, const struct error *why, struct error *err)
{
    SCOPED(unit_rollbackp) struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    enum status st = eventlog_park(unit_tx(unit), worker->service->spec->name, event, why->text, POISON_ATTEMPTS, err);
    if (st != STATUS_OK)
        return st;
    unit_move_cursor(unit, event->partition, worker->parts[event->partition].epoch, event->seq);
    /* The commit moves the cursor, and the inbox may then free the event. */
    const struct parked_event parked = {
        .partition = event->partition, .seq = event->seq, .debtor_id = event->debtor_id};
    g_autofree char *type = g_strdup(event->type);
    st = worker_commit(worker, &unit, "events", clock_monotonic(), err);
    if (st != STATUS_OK)
        return st;
    g_array_append_val(worker->parts[parked.partition].parked, parked);
    metrics_add(&SERVICE_METRICS[SERVICE_EVENTS_PARKED], NULL, 1);
    log_error("an event cannot be applied and is parked (see `dunlin status`, retry with `dunlin log retry`)",
              log_text("type", type), log_number("partition", parked.partition), log_number("seq", parked.seq),
              log_error_text(why));
    return STATUS_OK;
}

static bool is_worth_retrying(const struct worker *worker, enum status st)
{
    return status_is_transient(st) || st == STATUS_DEADLINE_EXCEEDED || !worker->db || !db_is_alive(worker->db);
}

/* After a batch failed: each event in a unit of its own, so that only the one at fault is parked. */
static enum status run_one_by_one(struct worker *worker, const struct event *const *events, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        int64_t covered[PARTITION_COUNT] = {0};
        covered[events[i]->partition] = events[i]->seq;
        enum status st = STATUS_UNKNOWN;
        for (int attempt = 0; attempt < POISON_ATTEMPTS && st != STATUS_OK; attempt++) {
            st = run_unit(worker, &events[i], 1, covered, err);
            if (st != STATUS_OK && is_worth_retrying(worker, st))
                return st;
        }
        if (st != STATUS_OK) {
            const struct error why = *err;
            if (is_broadcast(worker)) {
                log_error("an event cannot be applied, ignoring", log_text("type", events[i]->type),
                          log_error_text(&why));
                inbox_advance(&worker->parts[events[i]->partition].inbox, events[i]->seq);
                continue;
            }
            st = park(worker, events[i], &why, err);
            if (st != STATUS_OK)
                return st;
        }
    }
    return STATUS_OK;
}

static void back_off(struct worker *worker, const struct error *err)
{
    log_warn("events cannot be applied, trying again", log_error_text(err));
    worker->events_retry_at = worker_pause(&worker->events_retry_ms);
    worker_after_failure(worker, err->code);
    go_back(worker);
}

/* What the next unit is made of. */
struct harvest {
    GPtrArray *events; /* lent by inboxes and `read` */
    struct eventlog_batch *read;
    int64_t covered[PARTITION_COUNT];
    bool is_read[PARTITION_COUNT];
};

static void harvest_clear(struct harvest *harvest)
{
    g_ptr_array_free(harvest->events, TRUE);
    eventlog_batch_free(harvest->read);
}

/* Each unit begins with the partition at which the one before was full: with more than a unit of events waiting, the
 * last partitions would never come to their turn. */
static void harvest_inboxes(struct worker *worker, struct harvest *harvest)
{
    for (unsigned i = 0; i < PARTITION_COUNT && harvest->events->len < UNIT_EVENTS_MAX; i++) {
        const uint16_t p = worker->harvest_from;
        struct part *part = &worker->parts[p];
        worker->harvest_from = (uint16_t)((p + 1) % PARTITION_COUNT);
        if (!part->is_owned || harvest->is_read[p])
            continue;
        const int64_t covered = inbox_collect(&part->inbox, harvest->events, UNIT_EVENTS_MAX);
        if (covered > part->inbox.cursor)
            harvest->covered[p] = covered;
    }
}

/* Reads from PostgreSQL what the wire did not bring. */
static enum status harvest_log(struct worker *worker, struct harvest *harvest, struct error *err)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t cursors[PARTITION_COUNT];
    size_t n = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        const struct part *part = &worker->parts[p];
        if (part->is_owned && inbox_must_read(&part->inbox, GAP_PATIENCE_MS)) {
            partitions[n] = p;
            cursors[n++] = part->inbox.cursor;
            harvest->is_read[p] = true;
        }
    }
    if (n == 0)
        return STATUS_OK;
    metrics_add(&SERVICE_METRICS[SERVICE_GAPS_READ], NULL, 1);
    const int32_t limit = (int32_t)MAX(READ_EVENTS_MAX / (int32_t)n, 20);
    const enum status st = eventlog_read_many(worker->db, partitions, cursors, n, limit, &harvest->read, err);
    if (st != STATUS_OK)
        return st;
    size_t counts[PARTITION_COUNT] = {0};
    for (size_t i = 0; i < harvest->read->n; i++) {
        struct event *event = &harvest->read->events[i];
        g_ptr_array_add(harvest->events, event);
        harvest->covered[event->partition] = event->seq;
        counts[event->partition]++;
    }
    for (size_t i = 0; i < n; i++) { /* fewer than asked for: that was the end of the log */
        const bool is_end = counts[partitions[i]] < (size_t)limit;
        inbox_hear_log(&worker->parts[partitions[i]].inbox, MAX(harvest->covered[partitions[i]], cursors[i]), is_end);
    }
    return STATUS_OK;
}

static bool is_any_wanted(const struct worker *worker, const GPtrArray *events)
{
    for (guint i = 0; i < events->len; i++)
        if (wanted_type(worker, g_ptr_array_index(events, i)))
            return true;
    return false;
}

void events_note_unsaved(struct worker *worker)
{
    bool is_any = false;
    for (uint16_t p = 0; p < PARTITION_COUNT && !is_any && !is_broadcast(worker); p++)
        is_any = worker->parts[p].is_owned && worker->parts[p].inbox.cursor > worker->parts[p].stored;
    if (is_any && !worker->has_unsaved)
        worker->unsaved_since = clock_monotonic();
    worker->has_unsaved = is_any;
}

static enum status apply_harvest(struct worker *worker, const struct harvest *harvest, struct error *err)
{
    if (!is_any_wanted(worker, harvest->events)) {
        for (uint16_t p = 0; p < PARTITION_COUNT; p++)
            if (harvest->covered[p] > 0)
                inbox_advance(&worker->parts[p].inbox, harvest->covered[p]);
        events_note_unsaved(worker);
        return STATUS_OK;
    }
    const struct event *const *events = (const struct event *const *)(void *)harvest->events->pdata;
    const bool is_flow = harvest->events->len >= FLOW_EVENTS_MIN && !is_broadcast(worker); /* stops go out at once */
    const int64_t gather_ms = worker->service->spec->gather_ms ? worker->service->spec->gather_ms : SERVICE_GATHER_MS;
    worker->gather_until = is_flow ? clock_deadline_ms(gather_ms) : (struct monotonic){0};
    enum status st = run_unit(worker, events, harvest->events->len, harvest->covered, err);
    if (st != STATUS_OK && !is_worth_retrying(worker, st)) {
        log_warn("a batch of events cannot be applied, trying one by one", log_error_text(err));
        st = run_one_by_one(worker, events, harvest->events->len, err);
    }
    return st;
}

enum status events_save_cursors(struct worker *worker, struct error *err)
{
    SCOPED(unit_rollbackp) struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    move_unsaved(worker, unit);
    return worker_commit(worker, &unit, "cursors", clock_monotonic(), err);
}

/* How long the next unit still waits, so that it is a larger one. */
static int64_t gathering_ms(const struct worker *worker)
{
    int64_t ms = worker->is_draining ? 0 : clock_remaining_ms(worker->gather_until);
    int64_t pending = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT && ms > 0; p++) {
        const struct inbox *inbox = &worker->parts[p].inbox;
        if (!worker->parts[p].is_owned)
            continue;
        pending += inbox->known - inbox->cursor;
        if (pending >= UNIT_EVENTS_MAX)
            ms = 0;
        else if (inbox->is_behind || inbox->is_gap) /* what the wire has lost is not waited for */
            ms = MIN(ms, inbox_wait_ms(inbox, GAP_PATIENCE_MS));
    }
    return ms;
}

int64_t events_wait_ms(const struct worker *worker)
{
    int64_t ms = INT64_MAX;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned)
            ms = MIN(ms, inbox_wait_ms(&worker->parts[p].inbox, GAP_PATIENCE_MS));
    return ms == INT64_MAX ? ms : MAX(ms, MAX(clock_remaining_ms(worker->events_retry_at), gathering_ms(worker)));
}

static enum status step(struct worker *worker, struct error *err)
{
    struct harvest harvest = {.events = g_ptr_array_new()};
    enum status st = harvest_log(worker, &harvest, err);
    if (st == STATUS_OK) {
        harvest_inboxes(worker, &harvest);
        if (harvest.events->len > 0)
            st = apply_harvest(worker, &harvest, err);
    }
    harvest_clear(&harvest);
    return st;
}

void events_step(struct worker *worker)
{
    if (!worker->db || worker->service->spec->consumption == SERVICE_CONSUMES_NOTHING ||
        clock_remaining_ms(worker->events_retry_at) > 0)
        return;
    struct error err;
    enum status st = gathering_ms(worker) > 0 ? STATUS_OK : step(worker, &err);
    if (st == STATUS_OK && worker->has_unsaved && !is_broadcast(worker) &&
        clock_monotonic().us - worker->unsaved_since.us >= CURSOR_DELAY_MS * US_PER_MS)
        st = events_save_cursors(worker, &err);
    if (st != STATUS_OK)
        back_off(worker, &err);
    else
        worker->events_retry_ms = 0;
}

void events_consume_now(struct worker *worker, const uint16_t *partitions, size_t n)
{
    for (size_t i = 0; i < n; i++)
        worker->parts[partitions[i]].inbox.is_behind = true;
    worker->gather_until = (struct monotonic){0};
    events_step(worker);
}

static enum status read_frame(const struct published_frame *published, struct eventlog_batch **ret_batch,
                              struct error *err)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    enum status st = eventlog_unpack(zframe_data(published->frame), zframe_size(published->frame), &batch, err);
    if (st != STATUS_OK)
        return st;
    if (batch->events[0].partition != published->partition)
        return error_set(err, STATUS_INVALID_ARGUMENT, "events of partition %u under the topic of %u",
                         batch->events[0].partition, published->partition);
    *ret_batch = TAKE(batch);
    return STATUS_OK;
}

/* Who sends garbage sends a lot of it: every frame is counted, one a while gets into the log. */
static void refuse_frame(struct worker *worker, const struct error *err)
{
    metrics_add(&SERVICE_METRICS[SERVICE_FRAMES_REFUSED], NULL, 1);
    if (clock_remaining_ms(worker->next_refusal_log) > 0)
        return;
    worker->next_refusal_log = clock_deadline_ms(REFUSAL_LOG_MS);
    log_warn("a published batch cannot be read, ignoring: the log has it", log_error_text(err));
}

void events_receive(struct worker *worker, struct published_frame *published)
{
    atomic_fetch_sub(&worker->service->queued_frames[worker->index], 1);
    atomic_fetch_sub(&worker->service->queued_frame_bytes, (int64_t)zframe_size(published->frame));
    struct error err;
    struct eventlog_batch *batch = NULL;
    if (worker->parts[published->partition].is_owned) {
        if (read_frame(published, &batch, &err) == STATUS_OK)
            inbox_add(&worker->parts[published->partition].inbox, batch);
        else
            refuse_frame(worker, &err);
    }
    published_frame_free(published);
}

static enum status check_backlog(const struct worker *worker, int64_t backlog, struct error *err)
{
    if (backlog <= CATCH_UP_EVENTS_MAX)
        return STATUS_OK;
    return error_set(err, STATUS_RESOURCE_EXHAUSTED,
                     "%s is catching up: %" PRId64 " events are to be applied first; send again later",
                     worker->service->spec->name, backlog);
}

enum status events_check_backlog(const struct worker *worker, uint16_t partition, struct error *err)
{
    const struct inbox *inbox = &worker->parts[partition].inbox;
    return check_backlog(worker, inbox->known - inbox->cursor, err);
}

enum status events_catch_up(struct worker *worker, struct unit *unit, const uint16_t *partitions, size_t n,
                            struct error *err)
{
    int64_t cursors[PARTITION_COUNT];
    int64_t backlog = 0;
    for (size_t i = 0; i < n; i++) {
        cursors[i] = worker->parts[partitions[i]].inbox.cursor;
        backlog += unit_locked_last_seq(unit, partitions[i]) - cursors[i];
    }
    const enum status bounded = check_backlog(worker, backlog, err);
    if (bounded != STATUS_OK)
        return bounded;
    for (bool is_behind = true; is_behind;) {
        is_behind = false;
        for (size_t i = 0; i < n; i++)
            is_behind = is_behind || unit_locked_last_seq(unit, partitions[i]) > cursors[i];
        if (!is_behind)
            break;
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        enum status st = eventlog_read_many(worker->db, partitions, cursors, n, READ_EVENTS_MAX, &batch, err);
        if (st != STATUS_OK)
            return st;
        if (batch->n == 0)
            return error_set(err, STATUS_DATA_LOSS, "the log ends before its head");
        const struct event **events = g_new0(const struct event *, batch->n);
        for (size_t i = 0; i < batch->n; i++)
            events[i] = &batch->events[i];
        size_t n_applied = 0;
        st = apply(worker, unit, events, batch->n, false, &n_applied, err);
        g_free(events);
        if (st != STATUS_OK)
            return st;
        for (size_t e = 0; e < batch->n; e++)
            for (size_t i = 0; i < n; i++)
                if (partitions[i] == batch->events[e].partition)
                    cursors[i] = batch->events[e].seq;
    }
    for (size_t i = 0; i < n; i++)
        if (cursors[i] > worker->parts[partitions[i]].stored || unit_locked_last_seq(unit, partitions[i]) == cursors[i])
            unit_move_cursor(unit, partitions[i], worker->parts[partitions[i]].epoch, cursors[i]);
    return STATUS_OK;
}

static enum status retry_parked(struct worker *worker, const struct parked_event *parked, struct error *err)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    enum status st = eventlog_read_one(worker->db, parked->partition, parked->seq, &batch, err);
    if (st != STATUS_OK)
        return st;
    const struct event *event = &batch->events[0];
    size_t n_applied = 0;
    struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    st = apply(worker, unit, &event, 1, true, &n_applied, err);
    if (st == STATUS_OK)
        st = eventlog_unpark(unit_tx(unit), worker->service->spec->name, parked->partition, parked->seq, err);
    worker_fence(worker, unit, parked->partition);
    if (st == STATUS_OK)
        return worker_commit(worker, &unit, "events", clock_monotonic(), err);
    unit_rollback(unit);
    if (is_worth_retrying(worker, st))
        return st;
    const struct error why = *err;
    SCOPED(unit_rollbackp) struct unit *again = worker_begin(worker, err);
    if (!again)
        return err->code;
    st = eventlog_park(unit_tx(again), worker->service->spec->name, event, why.text, POISON_ATTEMPTS + 1, err);
    worker_fence(worker, again, parked->partition);
    return st == STATUS_OK ? worker_commit(worker, &again, "events", clock_monotonic(), err) : st;
}

/* What was parked only because it had to wait is tried as soon as nothing stands before it: events go on coming while
 * those of a debtor are being released, and nobody would ever release these. */
static bool is_due(const struct worker *worker, const struct parked_event *parked)
{
    if (id_is_none(&parked->debtor_id))
        return parked->is_released;
    const struct parked_event *first = parked_of(worker, &parked->debtor_id);
    const bool is_first = !first || first->seq >= parked->seq;
    return is_first && (parked->is_released || parked->attempts == 0);
}

/* Released events, oldest first; the first of a debtor that fails again holds up the others of him. */
static enum status retry_released(struct worker *worker, struct error *err)
{
    enum status st = events_load_parked(worker, err);
    for (uint16_t p = 0; p < PARTITION_COUNT && st == STATUS_OK; p++) {
        const struct part *part = &worker->parts[p];
        if (!part->is_owned || part->parked->len == 0)
            continue;
        GArray *waiting = g_array_copy(part->parked);
        for (guint i = 0; i < waiting->len && st == STATUS_OK; i++) {
            const struct parked_event *parked = &g_array_index(waiting, struct parked_event, i);
            if (!is_due(worker, parked))
                continue;
            st = retry_parked(worker, parked, err);
            if (st == STATUS_OK)
                st = events_load_parked(worker, err);
        }
        g_array_free(waiting, TRUE);
    }
    return st;
}

static void set_lag(struct worker *worker, int64_t lag)
{
    int64_t sum = 0;
    atomic_store(&worker->service->lag[worker->index], lag);
    for (unsigned w = 0; w < worker->service->n_workers; w++)
        sum += atomic_load(&worker->service->lag[w]);
    metrics_set(&SERVICE_METRICS[SERVICE_LAG], NULL, sum);
}

void events_check_heads(struct worker *worker)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t next_seqs[PARTITION_COUNT];
    const size_t n = ownership_list(worker, partitions);
    if (n == 0) {
        set_lag(worker, 0);
        return;
    }
    struct error err;
    enum status st = eventlog_heads(worker->db, partitions, n, next_seqs, &err);
    int64_t lag = 0;
    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        struct inbox *inbox = &worker->parts[partitions[i]].inbox;
        lag += next_seqs[i] - 1 - inbox->cursor;
        inbox_hear_head(inbox, next_seqs[i] - 1);
    }
    if (st == STATUS_OK && worker->service->spec->consumption == SERVICE_CONSUMES_OWNED)
        st = retry_released(worker, &err);
    if (st != STATUS_OK) {
        log_warn("the heads cannot be checked, trying again", log_error_text(&err));
        worker_after_failure(worker, st);
        return;
    }
    set_lag(worker, lag);
}
