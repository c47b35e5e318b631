#include <string.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "intake_codec.h"
#include "intake_mapping.h"
#include "intake_placing.h"
#include "intake_service.h"
#include "intake_store.h"
#include "service/wire.h"

#define BATCH_MAX       1000000 /* as in intake_handlers.c */
#define UNIT_ROWS_MAX   20000   /* of one transaction: some seconds at worst, well within the statement timeout */
#define MAPPINGS_MAX    64      /* kept by a worker; a mapping takes some 10 KiB */
#define TEXT_CHUNK_SIZE 65536

/* One call of PlaceRows or CheckRows. */
struct rows_call {
    struct service_call *call;
    const Dunlin__Intake__V1__RowsRequest *request;
    struct batch_key key;
    struct placement *placement; /* borrowed; NULL where the call has failed */
    bool is_ours;                /* claimed by this unit */
    struct work *work;           /* borrowed; NULL where it is not ours */
    struct row_counts counts;
};

/* All calls of a unit. */
struct rows_unit {
    struct unit *unit;
    struct intake_context *context;
    bool is_check;
    struct rows_call *calls;
    size_t n_calls;
    struct placement *placements;
    size_t n_placements;
    struct db_result *result;
    struct work *works;
    size_t n_works;
    GStringChunk *texts;
};

static void rows_unit_clear(struct rows_unit *rows)
{
    for (size_t i = 0; i < rows->n_works; i++)
        g_free(rows->works[i].rows);
    g_free(rows->works);
    g_free(rows->placements);
    db_result_free(rows->result);
    g_free(rows->calls);
    g_string_chunk_free(rows->texts);
}

static enum status check_lines(const Dunlin__Intake__V1__RowsRequest *request, struct error *err)
{
    int64_t before = 0;

    if (request->n_rows == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "rows: none");
    for (size_t i = 0; i < request->n_rows; i++) {
        if (request->rows[i]->line <= before)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "rows[%zu].line: %" G_GINT64_FORMAT " does not follow line %" G_GINT64_FORMAT, i,
                             request->rows[i]->line, before);
        if (request->rows[i]->record.len > RECORD_MAX_BYTES)
            return error_set(err, STATUS_INVALID_ARGUMENT, "rows[%zu].record: %zu bytes, at most %d", i,
                             request->rows[i]->record.len, RECORD_MAX_BYTES);
        before = request->rows[i]->line;
    }
    return STATUS_OK;
}

static void read_request(struct rows_call *call)
{
    struct error err = {0};

    call->request = (const Dunlin__Intake__V1__RowsRequest *)call->call->request;
    enum status st = wire_read_id(&call->request->placement_id, "placement_id", &call->key.placement_id, &err);
    if (st == STATUS_OK && call->request->batch >= BATCH_MAX)
        st = error_set(&err, STATUS_INVALID_ARGUMENT, "batch: %u is not below %d", call->request->batch, BATCH_MAX);
    if (st == STATUS_OK)
        st = check_lines(call->request, &err);
    call->key.batch = call->request->batch;
    if (st != STATUS_OK)
        service_fail_error(call->call, &err);
}

static bool has_id(const struct id *ids, size_t n, const struct id *id)
{
    for (size_t i = 0; i < n; i++)
        if (id_equal(&ids[i], id))
            return true;
    return false;
}

static struct placement *find_placement(const struct rows_unit *rows, const struct id *id)
{
    for (size_t i = 0; i < rows->n_placements; i++)
        if (id_equal(&rows->placements[i].id, id))
            return &rows->placements[i];
    return NULL;
}

static enum status load_placements(struct rows_unit *rows, struct error *err)
{
    g_autofree struct id *ids = g_new0(struct id, rows->n_calls + 1);
    size_t n = 0;

    for (size_t i = 0; i < rows->n_calls; i++)
        if (!service_is_answered(rows->calls[i].call) && !has_id(ids, n, &rows->calls[i].key.placement_id))
            ids[n++] = rows->calls[i].key.placement_id;
    enum status st = store_placements_lock(unit_db(rows->unit), ids, n, STORE_SHARE, &rows->placements,
                                           &rows->n_placements, &rows->result, err);
    for (size_t i = 0; st == STATUS_OK && i < rows->n_calls; i++) {
        struct rows_call *call = &rows->calls[i];
        char text[ID_TEXT_SIZE];
        if (service_is_answered(call->call))
            continue;
        call->placement = find_placement(rows, &call->key.placement_id);
        if (!call->placement)
            service_fail(call->call, STATUS_NOT_FOUND, "placement_id: no placement %s",
                         id_format(&call->key.placement_id, text));
        else if (call->request->n_rows > call->placement->batch_rows)
            service_fail(call->call, STATUS_INVALID_ARGUMENT, "rows: %zu, this placement's batches have at most %u",
                         call->request->n_rows, call->placement->batch_rows);
        else
            call->key.agency_id = call->placement->agency_id;
    }
    return st;
}

static bool may_go_on(const struct rows_unit *rows, const struct rows_call *call, struct error *err)
{
    enum placement_stage stage = call->placement->stage;

    return (rows->is_check ? placement_may_check(stage, err) : placement_may_place(stage, err)) == STATUS_OK;
}

/* Claims the batches of the calls that are still open and whose stage allows it. */
static enum status claim(struct rows_unit *rows, struct error *err)
{
    g_autofree struct batch_key *keys = g_new0(struct batch_key, rows->n_calls + 1);
    g_autofree struct rows_call **open = g_new0(struct rows_call *, rows->n_calls + 1);
    g_autofree bool *is_ours = g_new0(bool, rows->n_calls + 1);
    struct error why = {0};
    size_t n = 0;

    for (size_t i = 0; i < rows->n_calls; i++) {
        if (service_is_answered(rows->calls[i].call) || !may_go_on(rows, &rows->calls[i], &why))
            continue;
        open[n] = &rows->calls[i];
        keys[n++] = rows->calls[i].key;
    }
    if (n == 0)
        return STATUS_OK;
    enum status st = store_batches_claim(unit_db(rows->unit), rows->is_check, keys, n, is_ours, err);
    for (size_t i = 0; st == STATUS_OK && i < n; i++)
        open[i]->is_ours = is_ours[i];
    return st;
}

/* Whoever did a batch first gave the answer; it is given again, at whatever stage the placement is now. */
static enum status answer_done(struct rows_unit *rows, struct error *err)
{
    g_autofree struct batch_key *keys = g_new0(struct batch_key, rows->n_calls + 1);
    g_autofree struct row_counts *counts = g_new0(struct row_counts, rows->n_calls + 1);
    g_autofree struct rows_call **others = g_new0(struct rows_call *, rows->n_calls + 1);
    size_t n = 0;

    for (size_t i = 0; i < rows->n_calls; i++)
        if (!service_is_answered(rows->calls[i].call) && !rows->calls[i].is_ours) {
            others[n] = &rows->calls[i];
            counts[n].accepted = -1;
            keys[n++] = rows->calls[i].key;
        }
    if (n == 0)
        return STATUS_OK;
    enum status st = store_batches_select(unit_db(rows->unit), rows->is_check, keys, n, counts, err);
    for (size_t i = 0; st == STATUS_OK && i < n; i++) {
        struct error why = {0};
        others[i]->counts = counts[i];
        if (counts[i].accepted >= 0)
            continue;
        if (!may_go_on(rows, others[i], &why))
            service_fail_error(others[i]->call, &why);
        else
            st = error_set(err, STATUS_INTERNAL, "a batch is neither claimed nor done");
    }
    return st;
}

/* The mapping of a placement. It was read without error when the placement was opened: only memory may be missing. */
static enum status mapping_of(struct rows_unit *rows, const struct placement *placement,
                              const struct mapping **ret_mapping, struct error *err)
{
    GHashTable *mappings = rows->context->mappings;
    struct mapping *mapping = g_hash_table_lookup(mappings, &placement->id);

    if (!mapping) {
        enum status st = mapping_read(placement->mapping_name, placement->mapping_text, placement->header,
                                      placement->header_len, &mapping, err);
        if (st != STATUS_OK)
            return error_wrap(err, status_is_transient(st) ? st : STATUS_INTERNAL, "a stored mapping");
        (void)id_table_put(mappings, &placement->id, mapping);
    }
    *ret_mapping = mapping;
    return STATUS_OK;
}

static struct date utc_day(struct instant now)
{
    int64_t days = now.us / US_PER_DAY - (now.us % US_PER_DAY < 0 ? 1 : 0);
    return (struct date){(int32_t)days};
}

static void read_rows(struct work *work, const Dunlin__Intake__V1__RowsRequest *request, struct date today,
                      GStringChunk *texts)
{
    work->n_rows = request->n_rows;
    work->rows = g_new0(struct row, request->n_rows);
    for (size_t i = 0; i < request->n_rows; i++) {
        struct raw_row raw = codec_raw_row(request->rows[i]);
        row_read(work->mapping, today, &raw, texts, &work->rows[i]);
    }
}

static enum status begin_works(struct rows_unit *rows, struct error *err)
{
    struct date today = utc_day(unit_now(rows->unit));

    rows->works = g_new0(struct work, rows->n_calls + 1);
    for (size_t i = 0; i < rows->n_calls; i++) {
        struct rows_call *call = &rows->calls[i];
        if (!call->is_ours)
            continue;
        struct work *work = &rows->works[rows->n_works++];
        *work = (struct work){.placement = call->placement, .batch = call->key.batch, .actor = wire_actor(call->call)};
        call->work = work;
        enum status st = mapping_of(rows, call->placement, &work->mapping, err);
        if (st != STATUS_OK)
            return st;
        read_rows(work, call->request, today, rows->texts);
    }
    return STATUS_OK;
}

static enum status finish_works(struct rows_unit *rows, struct error *err)
{
    g_autofree struct batch_key *keys = g_new0(struct batch_key, rows->n_calls + 1);
    g_autofree struct row_counts *counts = g_new0(struct row_counts, rows->n_calls + 1);
    size_t n = 0;

    for (size_t i = 0; i < rows->n_calls; i++)
        if (rows->calls[i].work) {
            keys[n] = rows->calls[i].key;
            rows->calls[i].counts = rows->calls[i].work->counts;
            counts[n++] = rows->calls[i].counts;
        }
    return n > 0 ? store_batches_finish(unit_db(rows->unit), rows->is_check, keys, counts, n, err) : STATUS_OK;
}

static enum status do_works(struct rows_unit *rows, struct error *err)
{
    enum status st = begin_works(rows, err);

    if (st != STATUS_OK || rows->n_works == 0)
        return st;
    if (!rows->is_check)
        st = placing_place(rows->unit, rows->works, rows->n_works, rows->texts, err);
    else
        for (size_t i = 0; i < rows->n_works; i++)
            placing_count(&rows->works[i]);
    return st == STATUS_OK ? finish_works(rows, err) : st;
}

static void reply_all(struct rows_unit *rows)
{
    for (size_t i = 0; i < rows->n_calls; i++) {
        const struct rows_call *call = &rows->calls[i];
        Dunlin__Intake__V1__RowsReply reply;
        if (service_is_answered(call->call))
            continue;
        dunlin__intake__v1__rows_reply__init(&reply);
        reply.accepted = (uint32_t)call->counts.accepted;
        reply.rejected = (uint32_t)call->counts.rejected;
        reply.skipped = (uint32_t)call->counts.skipped;
        service_reply(call->call, &reply.base);
    }
}

static void fail_all(struct rows_unit *rows, const struct error *why)
{
    for (size_t i = 0; i < rows->n_calls; i++)
        if (!service_is_answered(rows->calls[i].call))
            service_fail_error(rows->calls[i].call, why);
}

/* Consumers that lag hold the sender back: the log would only grow, and what they decide would be about yesterday. */
static enum status check_lag(struct rows_unit *rows, struct error *err)
{
    char consumer[64];
    int64_t lag = 0;
    struct error why = {0};
    enum status st = store_lag(unit_db(rows->unit), consumer, sizeof(consumer), &lag, err);

    if (st != STATUS_OK || lag <= rows->context->max_lag_events)
        return st;
    (void)error_set(&why, STATUS_RESOURCE_EXHAUSTED,
                    "'%s' has %" G_GINT64_FORMAT " events still to apply, more than %" G_GINT64_FORMAT
                    ": send again later",
                    consumer, lag, rows->context->max_lag_events);
    fail_all(rows, &why);
    return STATUS_OK;
}

/* A crowd of senders shares a transaction; those that do not fit are asked to come again. */
static void check_size(struct rows_unit *rows)
{
    size_t n_rows = 0;

    for (size_t i = 0; i < rows->n_calls; i++) {
        if (service_is_answered(rows->calls[i].call))
            continue;
        n_rows += rows->calls[i].request->n_rows;
        if (n_rows > UNIT_ROWS_MAX)
            service_fail(rows->calls[i].call, STATUS_RESOURCE_EXHAUSTED, "more than %d rows came at once: send again",
                         UNIT_ROWS_MAX);
    }
}

/* The same batch twice in one unit: the second call comes again and finds the first one's answer. */
static void check_twins(struct rows_unit *rows)
{
    for (size_t i = 0; i < rows->n_calls; i++)
        for (size_t j = 0; j < i && !service_is_answered(rows->calls[i].call); j++)
            if (!service_is_answered(rows->calls[j].call) && rows->calls[i].key.batch == rows->calls[j].key.batch &&
                id_equal(&rows->calls[i].key.placement_id, &rows->calls[j].key.placement_id))
                service_fail(rows->calls[i].call, STATUS_ABORTED, "the same batch is being done right now: send again");
}

static enum status handle_rows(struct rows_unit *rows, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < rows->n_calls; i++)
        read_request(&rows->calls[i]);
    check_size(rows);
    check_twins(rows);
    if (!rows->is_check)
        st = check_lag(rows, err);
    if (st == STATUS_OK)
        st = load_placements(rows, err);
    if (st == STATUS_OK)
        st = claim(rows, err);
    if (st == STATUS_OK)
        st = answer_done(rows, err);
    if (st == STATUS_OK)
        st = do_works(rows, err);
    if (st == STATUS_OK)
        reply_all(rows);
    return st;
}

static enum status handle(struct unit *unit, struct service_call *calls, size_t n_calls, bool is_check,
                          struct error *err)
{
    SCOPED(rows_unit_clear)
    struct rows_unit rows = {.unit = unit, .context = unit_context(unit), .is_check = is_check, .n_calls = n_calls};

    rows.calls = g_new0(struct rows_call, n_calls + 1);
    rows.texts = g_string_chunk_new(TEXT_CHUNK_SIZE);
    for (size_t i = 0; i < n_calls; i++)
        rows.calls[i].call = &calls[i];
    if (g_hash_table_size(rows.context->mappings) > MAPPINGS_MAX)
        g_hash_table_remove_all(rows.context->mappings);
    return handle_rows(&rows, err);
}

enum status intake_check_rows(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, true, err);
}

enum status intake_place_rows(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, false, err);
}
