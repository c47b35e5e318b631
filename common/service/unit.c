#include "service/unit.h"

#include <string.h>

#include "service/service_internal.h"
#include "service_sql.h"

/* An event that waits for the commit; owns its texts and payload. */
struct draft {
    struct event event;
    size_t order;
};

struct unit {
    struct unit_owner owner;
    struct db_tx tx;
    struct instant now;
    GArray *drafts; /* struct draft */
    GArray *moves;  /* struct eventlog_cursor_move */
    GArray *calls;  /* struct db_call */
    struct timer_changes *timers;
    int64_t earliest_timer_us;
    struct eventlog_head *heads;
    size_t n_heads;
    char *traceparent;
    bool is_rewound;
};

static void draft_clear(gpointer data)
{
    struct draft *draft = data;
    g_free((gpointer)(uintptr_t)draft->event.actor);
    g_free((gpointer)(uintptr_t)draft->event.traceparent);
    g_free((gpointer)(uintptr_t)draft->event.payload);
}

static void unit_free(struct unit *unit)
{
    if (!unit)
        return;
    db_tx_rollback(&unit->tx);
    for (guint i = 0; i < unit->calls->len; i++)
        db_result_free(g_array_index(unit->calls, struct db_call, i).result);
    g_array_free(unit->drafts, TRUE);
    g_array_free(unit->moves, TRUE);
    g_array_free(unit->calls, TRUE);
    timer_changes_free(unit->timers);
    free(unit->heads);
    g_free(unit->traceparent);
    g_free(unit);
}

struct unit *unit_begin(const struct unit_owner *owner, struct error *err)
{
    struct unit *unit = g_new0(struct unit, 1);
    unit->owner = *owner;
    unit->now = clock_now();
    unit->earliest_timer_us = INT64_MAX;
    unit->drafts = g_array_new(FALSE, TRUE, sizeof(struct draft));
    g_array_set_clear_func(unit->drafts, draft_clear);
    unit->moves = g_array_new(FALSE, TRUE, sizeof(struct eventlog_cursor_move));
    unit->calls = g_array_new(FALSE, TRUE, sizeof(struct db_call));
    unit->timers = timer_changes_new();
    if (db_tx_begin(owner->db, &unit->tx, err) != STATUS_OK) {
        unit_free(unit);
        return NULL;
    }
    return unit;
}

void unit_rollback(struct unit *unit)
{
    unit_free(unit);
}

void unit_rollbackp(struct unit **unit)
{
    unit_free(*unit);
    *unit = NULL;
}

struct db *unit_db(const struct unit *unit)
{
    return unit->owner.db;
}

struct db_tx *unit_tx(struct unit *unit)
{
    return &unit->tx;
}

struct instant unit_now(const struct unit *unit)
{
    return unit->now;
}

void *unit_context(const struct unit *unit)
{
    return unit->owner.context;
}

bool unit_is_debtor_parked(const struct unit *unit, const struct id *debtor_id)
{
    return unit->owner.is_parked && unit->owner.is_parked(unit->owner.worker, debtor_id);
}

void unit_set_traceparent(struct unit *unit, const char *traceparent)
{
    g_free(unit->traceparent);
    unit->traceparent = g_strdup(traceparent);
}

size_t unit_draft_count(const struct unit *unit)
{
    return unit->drafts->len;
}

enum status unit_emit(struct unit *unit, const struct subject *subject, const char *actor,
                      const ProtobufCMessage *message, struct error *err)
{
    const size_t len = protobuf_c_message_get_packed_size(message);
    if (len > EVENTLOG_PAYLOAD_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "event %s: %zu bytes are more than the %d that the log takes",
                         message->descriptor->name, len, EVENTLOG_PAYLOAD_MAX_BYTES);
    uint8_t *payload = g_malloc(len + 1);
    protobuf_c_message_pack(message, payload);

    uint16_t partition = subject->partition;
    if (!id_is_none(&subject->debtor_id))
        partition = id_partition(&subject->debtor_id);
    else if (!id_is_none(&subject->account_id))
        partition = id_partition(&subject->account_id);

    const struct draft draft = {
        .event =
            {
                .partition = partition,
                .occurred_at_us = unit->now.us,
                .agency_id = subject->agency_id,
                .debtor_id = subject->debtor_id,
                .account_id = subject->account_id,
                .type = message->descriptor->name,
                .actor = g_strdup(actor ? actor : unit->owner.service->actor),
                .traceparent = g_strdup(unit->traceparent ? unit->traceparent : ""),
                .payload = payload,
                .payload_len = len,
            },
        .order = unit->drafts->len,
    };
    g_array_append_val(unit->drafts, draft);
    return STATUS_OK;
}

void unit_timer_set(struct unit *unit, const struct timer *timer)
{
    timer_set(unit->timers, timer);
    unit->earliest_timer_us = MIN(unit->earliest_timer_us, timer->due_at.us);
}

void unit_timer_cancel(struct unit *unit, const char *kind, const struct id *subject_id)
{
    timer_cancel(unit->timers, kind, subject_id);
}

int64_t unit_earliest_timer_us(const struct unit *unit)
{
    return unit->earliest_timer_us;
}

enum status unit_lock_heads(struct unit *unit, const uint16_t *partitions, size_t n, struct error *err)
{
    const enum status st = eventlog_lock(&unit->tx, partitions, n, &unit->heads, err);
    if (st == STATUS_OK)
        unit->n_heads = n;
    return st;
}

static struct eventlog_head *head_of(const struct unit *unit, uint16_t partition)
{
    for (size_t i = 0; i < unit->n_heads; i++)
        if (unit->heads[i].partition == partition)
            return &unit->heads[i];
    return NULL;
}

int64_t unit_locked_last_seq(const struct unit *unit, uint16_t partition)
{
    const struct eventlog_head *head = head_of(unit, partition);
    return head ? head->next_seq - 1 : 0;
}

static struct eventlog_cursor_move *move_of(const struct unit *unit, uint16_t partition)
{
    for (guint i = 0; i < unit->moves->len; i++) {
        struct eventlog_cursor_move *move = &g_array_index(unit->moves, struct eventlog_cursor_move, i);
        if (move->partition == partition)
            return move;
    }
    return NULL;
}

int64_t unit_head_seq(const struct unit *unit, uint16_t partition)
{
    return unit_locked_last_seq(unit, partition);
}

enum status unit_rewind(struct unit *unit, uint16_t ret_partitions[static PARTITION_COUNT], size_t *ret_n,
                        struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rewound = NULL;
    struct db_args args = {0};
    db_arg_text(&args, unit->owner.service->spec->name);
    db_arg_text(&args, unit->owner.service->instance.id);
    const enum status st = db_exec(unit->owner.db, &SERVICE_CURSOR_REWIND, &args, &rewound, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "set cursors back");
    for (size_t row = 0; row < db_rows(rewound); row++)
        ret_partitions[row] = (uint16_t)db_int2(rewound, row, 0);
    *ret_n = db_rows(rewound);
    unit->is_rewound = true;
    return STATUS_OK;
}

bool unit_is_rewound(const struct unit *unit)
{
    return unit->is_rewound;
}

void unit_move_cursor(struct unit *unit, uint16_t partition, int64_t epoch, int64_t seq)
{
    struct eventlog_cursor_move *known = move_of(unit, partition);
    if (known) {
        known->seq = seq;
        return;
    }
    const struct eventlog_cursor_move move = {.partition = partition, .epoch = epoch, .seq = seq};
    g_array_append_val(unit->moves, move);
}

void unit_add_call(struct unit *unit, const struct db_call *call)
{
    g_array_append_vals(unit->calls, call, 1);
}

static gint compare_drafts(gconstpointer a, gconstpointer b)
{
    const struct draft *x = a, *y = b;
    if (x->event.partition != y->event.partition)
        return x->event.partition < y->event.partition ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Locks the heads of every partition that the unit emits to, unless they are locked since its beginning. */
static enum status lock_emitted(struct unit *unit, struct error *err)
{
    if (unit->heads) {
        for (guint i = 0; i < unit->drafts->len; i++)
            if (!head_of(unit, g_array_index(unit->drafts, struct draft, i).event.partition))
                return error_set(err, STATUS_INTERNAL,
                                 "a unit at the head emits into partition %u, whose head it does not hold",
                                 g_array_index(unit->drafts, struct draft, i).event.partition);
        return STATUS_OK;
    }
    uint16_t partitions[PARTITION_COUNT];
    size_t n = 0;
    for (guint i = 0; i < unit->drafts->len; i++) {
        const uint16_t partition = g_array_index(unit->drafts, struct draft, i).event.partition;
        if (n == 0 || partitions[n - 1] != partition)
            partitions[n++] = partition;
    }
    return unit_lock_heads(unit, partitions, n, err);
}

/* A cursor that stands at the head, right before the unit's own events, goes over them: the service does not consume
 * its own. */
static void move_over_own(struct unit *unit)
{
    if (unit->owner.service->spec->consumes_own)
        return;
    for (guint first = 0; first < unit->drafts->len;) {
        const uint16_t partition = g_array_index(unit->drafts, struct draft, first).event.partition;
        guint end = first;
        while (end < unit->drafts->len && g_array_index(unit->drafts, struct draft, end).event.partition == partition)
            end++;
        struct eventlog_cursor_move *move = move_of(unit, partition);
        if (move && move->seq == unit_locked_last_seq(unit, partition))
            move->seq += end - first;
        first = end;
    }
}

/* A published batch stays well below EVENTLOG_PACKED_MAX_BYTES: at most so much payload, or one event. */
#define PUBLICATION_BYTES (4 * 1024 * 1024)

static size_t publication_end(const struct event *events, size_t n, size_t first)
{
    size_t end = first, bytes = 0;
    while (end < n && events[end].partition == events[first].partition &&
           (end == first || bytes + events[end].payload_len <= PUBLICATION_BYTES))
        bytes += events[end++].payload_len;
    return end;
}

static GArray *publications(const struct event *events, size_t n)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(struct unit_publication));
    for (size_t first = 0; first < n;) {
        const size_t end = publication_end(events, n, first);
        struct outgoing_events *out = g_new0(struct outgoing_events, 1);
        out->partition = events[first].partition;
        eventlog_pack(events + first, end - first, &out->bytes, &out->len);
        const struct unit_publication publication = {.partition = out->partition,
                                                     .first_seq = events[first].seq,
                                                     .last_seq = events[end - 1].seq,
                                                     .events = out};
        g_array_append_val(list, publication);
        first = end;
    }
    return list;
}

/* What goes into the last round trip beside the events: the unit's own calls, timers, cursors. */
struct last_calls {
    struct timer_changes_call timers;
    struct eventlog_cursor_call cursors;
    bool has_cursors;
    guint cursor_index;
};

static void gather_calls(struct unit *unit, struct last_calls *last)
{
    const char *service = unit->owner.service->spec->name;
    struct db_call calls[TIMER_CHANGES_CALLS] = {0};
    const size_t n_timers = timer_changes_prepare(service, unit->timers, &last->timers, calls);
    g_array_append_vals(unit->calls, calls, (guint)n_timers);
    last->has_cursors = unit->moves->len > 0;
    last->cursor_index = unit->calls->len;
    if (last->has_cursors) {
        struct db_call call = {0};
        eventlog_cursor_prepare(service, (const struct eventlog_cursor_move *)(void *)unit->moves->data,
                                unit->moves->len, &last->cursors, &call);
        g_array_append_val(unit->calls, call);
    }
}

static gint compare_moves(gconstpointer a, gconstpointer b)
{
    const struct eventlog_cursor_move *x = a, *y = b;
    return x->partition < y->partition ? -1 : x->partition > y->partition;
}

static enum status write_all(struct unit *unit, struct event *events, struct error *err)
{
    struct last_calls last = {0};
    g_array_sort(unit->moves, compare_moves);
    gather_calls(unit, &last);
    struct db_call *calls = (struct db_call *)(void *)unit->calls->data;
    enum status st = STATUS_OK;
    if (unit->drafts->len > 0)
        st = eventlog_append(&unit->tx, unit->heads, unit->n_heads, events, unit->drafts->len, calls, unit->calls->len,
                             err);
    else if (unit->calls->len > 0)
        st = db_exec_pipeline(unit->owner.db, calls, unit->calls->len, err);
    if (st == STATUS_OK && last.has_cursors &&
        db_affected(calls[last.cursor_index].result) != (int64_t)unit->moves->len) {
        *unit->owner.is_epoch_lost = true;
        st = error_set(
            err, STATUS_ABORTED,
            "another instance has taken a partition of '%s' over, or an event off the wire is none of the log's",
            unit->owner.service->spec->name);
    }
    timer_changes_call_clear(&last.timers);
    eventlog_cursor_clear(&last.cursors);
    return st;
}

static enum status write_and_commit(struct unit *unit, GArray **ret_publications, struct error *err)
{
    enum status st = STATUS_OK;
    const size_t n = unit->drafts->len;
    g_array_sort(unit->drafts, compare_drafts);
    struct event *events = g_new0(struct event, n + 1);
    for (size_t i = 0; i < n; i++)
        events[i] = g_array_index(unit->drafts, struct draft, i).event;
    if (n > 0) {
        st = lock_emitted(unit, err);
        if (st == STATUS_OK)
            move_over_own(unit);
    }
    if (st == STATUS_OK)
        st = write_all(unit, events, err);
    if (st == STATUS_OK)
        st = db_tx_commit(&unit->tx, err);
    if (st == STATUS_OK)
        *ret_publications = publications(events, n);
    g_free(events);
    return st;
}

enum status unit_commit(struct unit **unit, GArray **ret_publications, GArray **ret_cursors, struct error *err)
{
    SCOPED(unit_rollbackp) struct unit *ending = TAKE(*unit);
    const enum status st = write_and_commit(ending, ret_publications, err);
    if (st != STATUS_OK)
        return st;
    *ret_cursors = ending->moves;
    ending->moves = g_array_new(FALSE, TRUE, sizeof(struct eventlog_cursor_move));
    return STATUS_OK;
}
