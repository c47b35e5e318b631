#include <string.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "intake_codec.h"
#include "intake_mapping.h"
#include "intake_service.h"
#include "intake_store.h"
#include "platform/platform.h"
#include "service/wire.h"

#define BATCH_ROWS_MAX      1000
#define BATCHES_MAX         1000000 /* a file of 1,000,000,000 rows; keeps counts far from the edge of 32 bits */
#define FILE_NAME_MAX_BYTES 255
#define REJECTS_MAX         1000

/* Answers a call with an error; handlers go on with the next one. */
static void fail(struct service_call *call, const struct error *err)
{
    service_fail_error(call, err);
}

/* What is not the caller's fault ends the unit; the rest is an answer. */
static bool is_answer(enum status st)
{
    return st == STATUS_INVALID_ARGUMENT || st == STATUS_FAILED_PRECONDITION || st == STATUS_NOT_FOUND;
}

enum status intake_each_call(struct unit *unit, struct service_call *calls, size_t n_calls, intake_one_call_fn *handle,
                             struct error *err)
{
    for (size_t i = 0; i < n_calls; i++) {
        enum status st = handle(unit, &calls[i], err);
        if (st != STATUS_OK && !is_answer(st))
            return st;
        if (st != STATUS_OK)
            fail(&calls[i], err);
    }
    return STATUS_OK;
}

/* A placement that is loaded and locked, with what is done of it. */
struct opened {
    struct placement *placements;
    struct placement *placement; /* the first */
    struct db_result *result;
    struct placement_progress progress;
};

static void opened_clear(struct opened *opened)
{
    g_free(opened->placements);
    db_result_free(opened->result);
    placement_progress_fini(&opened->progress);
}

static enum status load(struct db *db, const struct id *id, struct opened *opened, struct error *err)
{
    size_t n = 0;
    char text[ID_TEXT_SIZE];
    enum status st = store_placements_lock(db, id, 1, STORE_UPDATE, &opened->placements, &n, &opened->result, err);

    if (st != STATUS_OK)
        return st;
    if (n == 0)
        return error_set(err, STATUS_NOT_FOUND, "placement_id: no placement %s", id_format(id, text));
    opened->placement = &opened->placements[0];
    return store_progress(db, id, &opened->progress, err);
}

static enum status check_open(const Dunlin__Intake__V1__OpenPlacementRequest *request, struct error *err)
{
    size_t name_len = strlen(request->file_name);

    if (name_len == 0 || name_len > FILE_NAME_MAX_BYTES || strchr(request->file_name, '/'))
        return error_set(err, STATUS_INVALID_ARGUMENT, "file_name: '%.80s' is no name of 1 to %d bytes without folders",
                         request->file_name, FILE_NAME_MAX_BYTES);
    if (request->file_hash.len != RECORDFILE_HASH_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "file_hash: %zu bytes, a hash has %d", request->file_hash.len,
                         RECORDFILE_HASH_BYTES);
    if (request->file_size_bytes < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "file_size_bytes: negative");
    if (request->batch_rows < 1 || request->batch_rows > BATCH_ROWS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "batch_rows: %u is not in 1 to %d", request->batch_rows,
                         BATCH_ROWS_MAX);
    return STATUS_OK;
}

static enum status read_totals(const Dunlin__Intake__V1__OpenPlacementRequest *request, const struct mapping *mapping,
                               struct control_totals *ret_totals, struct error *err)
{
    static const struct money_format PLAIN = {.decimal_separator = '.', .allows_negative = true};
    const char *currency = mapping_currency(mapping);
    struct money sum;

    *ret_totals = (struct control_totals){0};
    if (request->control_count_presence_case ==
        DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_COUNT_PRESENCE_CONTROL_COUNT) {
        ret_totals->has_count = true;
        ret_totals->count = request->control_count;
        if (ret_totals->count < 0)
            return error_set(err, STATUS_INVALID_ARGUMENT, "control_count: negative");
    }
    if (request->control_sum_presence_case !=
        DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_SUM_PRESENCE_CONTROL_SUM)
        return STATUS_OK;
    if (!currency || mapping_amount_field(mapping) == FIELD_NONE)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "control_sum: only for files of amounts in one currency, given at the top of the mapping");
    enum status st = money_parse(request->control_sum, currency, &PLAIN, &sum, err);
    if (st != STATUS_OK)
        return error_wrap(err, STATUS_INVALID_ARGUMENT, "control_sum");
    ret_totals->has_sum = true;
    ret_totals->sum_minor = sum.minor;
    return STATUS_OK;
}

/* What makes a placement the same: agency, client, kind, the file's bytes and the mapping's meaning. The client stands
 * in the mapping. Its partition is as good as random. */
static struct id placement_id_of(const struct agency *agency, const struct mapping *mapping,
                                 const Dunlin__Intake__V1__OpenPlacementRequest *request)
{
    g_autoptr(GString) key = g_string_new(NULL);

    g_string_append_printf(key, "%d/%s/", agency->agency_id, file_kind_name(mapping->kind));
    g_string_append(key, mapping_client(mapping));
    g_string_append_c(key, '\0');
    g_string_append_len(key, (const char *)request->file_hash.data, (gssize)request->file_hash.len);
    g_string_append_len(key, (const char *)mapping->hash, sizeof(mapping->hash));
    return id_derive_root(id_partition_of_debtor(agency->agency_id, key->str, key->len), "placement", key->str,
                          key->len);
}

static enum status insert_placement(struct unit *unit, const struct id *id, const struct agency *agency,
                                    const struct mapping *mapping, const struct control_totals *totals,
                                    const Dunlin__Intake__V1__OpenPlacementRequest *request, struct error *err)
{
    struct placement_new placement = {
        .id = *id,
        .agency_id = agency->agency_id,
        .kind = mapping->kind,
        .stage = placement_open(totals),
        .file_name = request->file_name,
        .file_hash = request->file_hash.data,
        .file_hash_len = request->file_hash.len,
        .file_size_bytes = request->file_size_bytes,
        .mapping_name = request->mapping_name,
        .mapping_text = request->mapping,
        .mapping_hash = mapping->hash,
        .header = request->header.data,
        .header_len = request->header.len,
        .batch_rows = request->batch_rows,
        .totals = *totals,
        .opened_at_us = unit_now(unit).us,
    };

    return store_placement_insert(unit_db(unit), &placement, err);
}

static void reply_opened(struct service_call *call, const struct opened *opened)
{
    const struct placement *placement = opened->placement;
    Dunlin__Intake__V1__OpenPlacementReply reply;
    Dunlin__Intake__V1__PlacementSummary summary;

    dunlin__intake__v1__open_placement_reply__init(&reply);
    codec_summary(placement, &opened->progress, &summary);
    reply.placement_id = wire_id(&placement->id);
    reply.kind = (Dunlin__Intake__V1__FileKind)placement->kind;
    reply.stage = (Dunlin__Intake__V1__PlacementStage)placement->stage;
    reply.batch_rows = placement->batch_rows;
    reply.n_batches_checked = opened->progress.checked->len;
    reply.batches_checked = (uint32_t *)(void *)opened->progress.checked->data;
    reply.n_batches_placed = opened->progress.placed->len;
    reply.batches_placed = (uint32_t *)(void *)opened->progress.placed->data;
    reply.summary = &summary;
    service_reply(call, &reply.base);
}

static enum status reopen(struct unit *unit, struct placement *placement, const struct control_totals *totals,
                          const struct placement_progress *progress, struct error *err)
{
    enum placement_stage before = placement->stage;
    enum status st = placement_reopen(&placement->stage, &placement->totals, totals, progress->placed->len > 0, err);

    /* CHECKING may become CHECKING with other totals. */
    if (st != STATUS_OK || (before == placement->stage && before != STAGE_CHECKING))
        return st;
    return store_placement_set_stage(unit_db(unit), placement, 0, err);
}

static enum status open_placement(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__OpenPlacementRequest *request =
        (const Dunlin__Intake__V1__OpenPlacementRequest *)call->request;
    SCOPED(mapping_freep) struct mapping *mapping = NULL;
    SCOPED(opened_clear) struct opened opened = {0};
    const char *mapping_name = *request->mapping_name ? request->mapping_name : "mapping";
    struct control_totals totals;
    struct agency agency;

    enum status st = check_open(request, err);
    if (st == STATUS_OK)
        st = platform_agency_by_slug(unit_db(unit), request->agency, &agency, err);
    if (st == STATUS_OK)
        st = mapping_read(mapping_name, request->mapping, request->header.data, request->header.len, &mapping, err);
    if (st == STATUS_OK)
        st = read_totals(request, mapping, &totals, err);
    if (st != STATUS_OK)
        return st;
    struct id id = placement_id_of(&agency, mapping, request);
    st = insert_placement(unit, &id, &agency, mapping, &totals, request, err);
    if (st == STATUS_OK)
        st = load(unit_db(unit), &id, &opened, err);
    if (st == STATUS_OK)
        st = reopen(unit, opened.placement, &totals, &opened.progress, err);
    if (st == STATUS_OK)
        reply_opened(call, &opened);
    return st;
}

enum status intake_open_placement(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return intake_each_call(unit, calls, n_calls, open_placement, err);
}

static enum status check_all_there(const GArray *done, uint32_t batches, const char *what, struct error *err)
{
    if (batches > BATCHES_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "batches: %u, at most %d", batches, BATCHES_MAX);
    for (uint32_t batch = 0; batch < batches; batch++)
        if (batch >= done->len || g_array_index(done, uint32_t, batch) != batch)
            return error_set(err, STATUS_FAILED_PRECONDITION, "batch %u of %u is not %s yet", batch, batches, what);
    if (done->len > batches)
        return error_set(err, STATUS_FAILED_PRECONDITION, "batches: %u, but batch %u is %s", batches,
                         g_array_index(done, uint32_t, batches), what);
    return STATUS_OK;
}

/* The refusal is kept: the answer is an error and the stage is written all the same. */
static enum status compare_totals(struct unit *unit, struct service_call *call, struct opened *opened,
                                  struct error *err)
{
    struct placement *placement = opened->placement;
    const struct row_counts *counted = &opened->progress.checked_counts;
    struct error why = {0};

    bool is_met = control_totals_compare(&placement->totals, counted, counted->currency, &why) == STATUS_OK;
    placement->stage = is_met ? STAGE_PLACING : STAGE_REFUSED;
    enum status st = store_placement_set_stage(unit_db(unit), placement, 0, err);
    if (st != STATUS_OK)
        return st;
    if (is_met) {
        Dunlin__Intake__V1__ConfirmTotalsReply reply;
        dunlin__intake__v1__confirm_totals_reply__init(&reply);
        service_reply(call, &reply.base);
    } else {
        fail(call, &why);
    }
    return STATUS_OK;
}

static enum status confirm_totals(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__ConfirmTotalsRequest *request =
        (const Dunlin__Intake__V1__ConfirmTotalsRequest *)call->request;
    SCOPED(opened_clear) struct opened opened = {0};
    struct id id;
    enum status st = wire_read_id(&request->placement_id, "placement_id", &id, err);

    if (st == STATUS_OK)
        st = load(unit_db(unit), &id, &opened, err);
    if (st != STATUS_OK)
        return st;
    if (opened.placement->stage == STAGE_PLACING || opened.placement->stage == STAGE_COMPLETED) {
        Dunlin__Intake__V1__ConfirmTotalsReply reply;
        dunlin__intake__v1__confirm_totals_reply__init(&reply);
        service_reply(call, &reply.base);
        return STATUS_OK;
    }
    st = check_all_there(opened.progress.checked, request->batches, "checked", err);
    return st == STATUS_OK ? compare_totals(unit, call, &opened, err) : st;
}

enum status intake_confirm_totals(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return intake_each_call(unit, calls, n_calls, confirm_totals, err);
}

static enum status complete(struct unit *unit, struct opened *opened, struct error *err)
{
    struct placement *placement = opened->placement;
    struct subject subject = {.agency_id = placement->agency_id, .partition = id_partition(&placement->id)};
    Dunlin__Intake__V1__PlacementSummary summary;
    Dunlin__Intake__V1__PlacementCompleted message;

    placement->stage = STAGE_COMPLETED;
    enum status st = store_placement_set_stage(unit_db(unit), placement, unit_now(unit).us, err);
    if (st != STATUS_OK)
        return st;
    codec_summary(placement, &opened->progress, &summary);
    dunlin__intake__v1__placement_completed__init(&message);
    message.summary = &summary;
    return unit_emit(unit, &subject, NULL, &message.base, err);
}

static enum status close_placement(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__ClosePlacementRequest *request =
        (const Dunlin__Intake__V1__ClosePlacementRequest *)call->request;
    SCOPED(opened_clear) struct opened opened = {0};
    Dunlin__Intake__V1__PlacementSummary summary;
    struct id id;
    enum status st = wire_read_id(&request->placement_id, "placement_id", &id, err);

    if (st == STATUS_OK)
        st = load(unit_db(unit), &id, &opened, err);
    if (st == STATUS_OK && opened.placement->stage != STAGE_COMPLETED) {
        st = placement_may_place(opened.placement->stage, err);
        if (st == STATUS_OK)
            st = check_all_there(opened.progress.placed, request->batches, "placed", err);
        if (st == STATUS_OK)
            st = complete(unit, &opened, err);
    }
    if (st != STATUS_OK)
        return st;
    codec_summary(opened.placement, &opened.progress, &summary);
    service_reply(call, &summary.base);
    return STATUS_OK;
}

enum status intake_close_placement(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return intake_each_call(unit, calls, n_calls, close_placement, err);
}

static void reply_rejects(struct service_call *call, const struct db_result *rows)
{
    size_t n = db_rows(rows);
    g_autofree Dunlin__Intake__V1__Reject *rejects = g_new0(Dunlin__Intake__V1__Reject, n + 1);
    g_autofree Dunlin__Intake__V1__Reject **list = g_new0(Dunlin__Intake__V1__Reject *, n + 1);
    Dunlin__Intake__V1__ListRejectsReply reply;

    dunlin__intake__v1__list_rejects_reply__init(&reply);
    for (size_t i = 0; i < n; i++) {
        size_t len = 0;
        dunlin__intake__v1__reject__init(&rejects[i]);
        rejects[i].line = db_int8(rows, i, 0);
        rejects[i].field = wire_text(db_text(rows, i, 1));
        rejects[i].column = wire_text(db_text(rows, i, 2));
        rejects[i].code = wire_text(db_text(rows, i, 3));
        rejects[i].reason = wire_text(db_text(rows, i, 4));
        const uint8_t *record = db_bytes(rows, i, 5, &len);
        rejects[i].record = wire_bytes(record, len);
        list[i] = &rejects[i];
    }
    reply.n_rejects = n;
    reply.rejects = list;
    service_reply(call, &reply.base);
}

static enum status list_rejects(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__ListRejectsRequest *request =
        (const Dunlin__Intake__V1__ListRejectsRequest *)call->request;
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    uint32_t limit = request->limit == 0 ? REJECTS_MAX : MIN(request->limit, REJECTS_MAX);
    struct id id;
    enum status st = wire_read_id(&request->placement_id, "placement_id", &id, err);

    if (st == STATUS_OK)
        st = store_rejects_list(unit_db(unit), &id, request->after_line, (int32_t)limit, &rows, err);
    if (st == STATUS_OK)
        reply_rejects(call, rows);
    return st;
}

enum status intake_list_rejects(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return intake_each_call(unit, calls, n_calls, list_rejects, err);
}

static enum status find_account_id(struct db *db, const Dunlin__Intake__V1__GetAccountRequest *request,
                                   int32_t agency_id, struct id *ret_id, struct error *err)
{
    struct id found[2];
    size_t n = 0;

    if (request->account_id.len > 0)
        return wire_read_id(&request->account_id, "account_id", ret_id, err);
    if (!*request->client_reference)
        return error_set(err, STATUS_INVALID_ARGUMENT, "client_reference: neither it nor account_id is given");
    enum status st = store_reference_any(db, agency_id, request->client, request->client_reference, found, &n, err);
    if (st != STATUS_OK)
        return st;
    if (n == 0)
        return error_set(err, STATUS_NOT_FOUND, "no account has the reference '%.64s'", request->client_reference);
    if (n > 1)
        return error_set(err, STATUS_FAILED_PRECONDITION, "several clients have the reference '%.64s': name the client",
                         request->client_reference);
    *ret_id = found[0];
    return STATUS_OK;
}

static enum status load_account(struct db *db, const struct id *id, int32_t agency_id, GStringChunk *texts,
                                struct account **ret_account, struct error *err)
{
    g_autoptr(GHashTable) names = NULL;
    g_autofree struct account *accounts = NULL;
    size_t n = 0;
    char text[ID_TEXT_SIZE];
    enum status st = store_accounts_load(db, id, 1, false, texts, &accounts, &n, err);

    if (st != STATUS_OK)
        return st;
    if (n == 0 || accounts[0].agency_id != agency_id)
        return error_set(err, STATUS_NOT_FOUND, "no account %s", id_format(id, text));
    st = store_placement_names(db, &accounts[0].provenance.placement_id, 1, &names, err);
    if (st != STATUS_OK)
        return st;
    const char *name = g_hash_table_lookup(names, &accounts[0].provenance.placement_id);
    accounts[0].provenance.file_name = g_string_chunk_insert(texts, name ? name : "");
    *ret_account = TAKE(accounts);
    return STATUS_OK;
}

static enum status reply_account(struct db *db, struct service_call *call, const struct account *account,
                                 GStringChunk *texts, struct error *err)
{
    struct debtor *debtor = debtor_new(&account->debtor_id, account->agency_id);
    enum status st = store_debtors_load(db, &debtor, 1, texts, err);

    if (st == STATUS_OK) {
        struct codec_scratch scratch = codec_scratch_new();
        struct codec_placed placed;
        Dunlin__Intake__V1__GetAccountReply reply;
        codec_account_placed(account, debtor, &scratch, &placed);
        dunlin__intake__v1__get_account_reply__init(&reply);
        reply.placed = &placed.message;
        reply.is_recalled = account->is_recalled;
        service_reply(call, &reply.base);
        codec_scratch_fini(&scratch);
    }
    debtor_free(debtor);
    return st;
}

static enum status get_account(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__GetAccountRequest *request = (const Dunlin__Intake__V1__GetAccountRequest *)call->request;
    struct db *db = unit_db(unit);
    GStringChunk *texts = g_string_chunk_new(4096);
    g_autofree struct account *account = NULL;
    struct agency agency;
    struct id id;
    enum status st = platform_agency_by_slug(db, request->agency, &agency, err);

    if (st == STATUS_OK)
        st = find_account_id(db, request, agency.agency_id, &id, err);
    if (st == STATUS_OK)
        st = load_account(db, &id, agency.agency_id, texts, &account, err);
    if (st == STATUS_OK)
        st = reply_account(db, call, account, texts, err);
    g_string_chunk_free(texts);
    return st;
}

enum status intake_get_account(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return intake_each_call(unit, calls, n_calls, get_account, err);
}
