#include "remittance_handlers.h"

#include <string.h>

#include "id/id_table.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "policy/policy_holder.h"
#include "remittance_record.h"
#include "remittance_store.h"
#include "service/wire.h"

#define RUNS_DEFAULT 100
#define RUNS_MAX     1000
#define LINES_MAX    1000

static enum status check_run_key(const char *run_key, struct error *err)
{
    if (run_key[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "run_key: is needed");
    return wire_check_text(run_key, REMITTANCE_KEY_MAX, "run_key", err);
}

static enum status check_client(const char *client, struct error *err)
{
    if (client[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "client: is needed");
    return wire_check_text(client, AGREEMENT_CLIENT_SIZE - 1, "client", err);
}

/* Of a client and currency, but for the agency; the texts are borrowed from the request. */
static enum status read_run(const struct service_call *call, const char *client, const char *currency,
                            const char *run_key, struct remittance_part *ret_part, struct error *err)
{
    struct money none;
    enum status st = check_client(client, err);

    if (st == STATUS_OK)
        st = codec_money(0, currency, &none, err);
    if (st == STATUS_OK)
        st = check_run_key(run_key, err);
    if (st != STATUS_OK)
        return st;
    ret_part->subject.partition = call->partition;
    ret_part->subject.client = client;
    g_strlcpy(ret_part->subject.currency, currency, sizeof(ret_part->subject.currency));
    ret_part->run_key = run_key;
    return STATUS_OK;
}

/* --- RemitPart */

static void reply_part(struct service_call *call, const struct remittance_part *part)
{
    Dunlin__Payment__V1__RemittancePart view;
    Dunlin__Payment__V1__RemittanceFigures figures;

    remittance_figures_view(&part->figures, &figures);
    dunlin__payment__v1__remittance_part__init(&view);
    view.client = wire_text(part->subject.client);
    view.currency = wire_text(part->subject.currency);
    view.run_key = wire_text(part->run_key);
    view.method = (Dunlin__Payment__V1__RemittanceMethod)part->method;
    view.first_entry = part->first_entry;
    view.last_entry = part->last_entry;
    view.figures = &figures;
    view.remitted_at_us = part->remitted_at.us;
    service_reply(call, &view.base);
}

/* The parts that the calls of a unit want, each trust account's head once, and what is new. */
struct batch {
    struct remittance_want *wants; /* as many as calls; those of calls that were refused are not looked at */
    struct service_call **calls;
    size_t n;
    GHashTable *heads; /* id of the trust account -> struct remittance_head of the first that wants it, borrowed */
    GHashTable *parts; /* part_id -> struct remittance_part made in this batch, borrowed */
    GPtrArray *new_parts;
};

static void batch_init(struct batch *batch, size_t n_calls)
{
    batch->wants = g_new0(struct remittance_want, n_calls);
    batch->calls = g_new0(struct service_call *, n_calls);
    batch->heads = id_table_new(NULL);
    batch->parts = id_table_new(NULL);
    batch->new_parts = g_ptr_array_new();
}

static void batch_fini(struct batch *batch)
{
    g_free(batch->wants);
    g_free(batch->calls);
    g_hash_table_destroy(batch->heads);
    g_hash_table_destroy(batch->parts);
    g_ptr_array_free(batch->new_parts, TRUE);
}

/* The agency of the call; that of the call before, where it has the same name: those of a run do. */
static enum status find_agency(struct unit *unit, const struct service_call *call, const struct service_call *before,
                               const struct remittance_want *want_before, int32_t *ret_agency_id, struct error *err)
{
    const Dunlin__Payment__V1__RemitPartRequest *request = (const void *)call->request;
    const Dunlin__Payment__V1__RemitPartRequest *last = before ? (const void *)before->request : NULL;

    if (!last || strcmp(last->agency, request->agency) != 0 || before->agency_id != call->agency_id)
        return command_find_agency(unit_db(unit), call, request->agency, ret_agency_id, err);
    *ret_agency_id = want_before->part.subject.agency_id;
    return STATUS_OK;
}

/* The call's part is read into the next place. */
static void want_part(struct batch *batch, struct service_call *call)
{
    struct remittance_part *part = &batch->wants[batch->n].part;
    const struct id account_id = remittance_account_id(&part->subject);

    part->part_id = remittance_part_id(&account_id, part->run_key);
    batch->calls[batch->n++] = call;
}

/* Those that are refused are answered here. */
static enum status read_calls(struct unit *unit, struct service_call *calls, size_t n_calls, struct batch *batch,
                              struct error *err)
{
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Payment__V1__RemitPartRequest *request = (const void *)calls[i].request;
        const size_t n = batch->n;
        struct remittance_want *want = &batch->wants[n];
        struct error why;
        enum status st = read_run(&calls[i], request->client, request->currency, request->run_key, &want->part, &why);
        if (st == STATUS_OK)
            st = find_agency(unit, &calls[i], n > 0 ? batch->calls[n - 1] : NULL, n > 0 ? want - 1 : NULL,
                             &want->part.subject.agency_id, &why);
        if (status_is_transient(st))
            return error_wrap(err, st, "%s", why.text);
        if (st != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            want_part(batch, &calls[i]);
    }
    return STATUS_OK;
}

static void set_terms(const struct unit *unit, struct remittance_part *part)
{
    const struct policy_holder *policy = unit_context(unit);
    const struct date today = {command_today(unit)};
    const struct agreement_remittance *terms =
        &agreements_find(policy->agreements, part->subject.client, today)->remittance;

    part->method = terms->method;
    part->payee = terms->payee;
    part->reference = terms->reference;
    part->remitted_at = unit_now(unit);
}

/* The same trust account may be wanted by several runs of one batch: what the first remits is not there for the next.
 */
static struct remittance_head *head_of(struct batch *batch, const struct id *account_id, struct remittance_want *want)
{
    struct remittance_head *head = g_hash_table_lookup(batch->heads, account_id);

    if (head)
        return head;
    (void)id_table_put(batch->heads, account_id, &want->head);
    return &want->head;
}

static enum status remit(const struct record *record, struct batch *batch, size_t i, struct error *err)
{
    struct remittance_want *want = &batch->wants[i];
    struct remittance_part *part = &want->part;
    const struct id account_id = remittance_account_id(&part->subject);
    const struct remittance_part *made = g_hash_table_lookup(batch->parts, &part->part_id);
    if (want->is_known || made) {
        reply_part(batch->calls[i], made ? made : part);
        return STATUS_OK;
    }
    set_terms(record->unit, part);
    enum status st = remittance_make(head_of(batch, &account_id, want), part, err);
    if (st == STATUS_OK)
        st = record_remittance(record, part, err);
    if (st != STATUS_OK)
        return st;
    (void)id_table_put(batch->parts, &part->part_id, part);
    g_ptr_array_add(batch->new_parts, part);
    reply_part(batch->calls[i], part);
    return STATUS_OK;
}

static enum status run_batch(struct unit *unit, struct batch *batch, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    enum status st = remittance_store_load(unit_db(unit), batch->wants, batch->n, err);

    for (size_t i = 0; i < batch->n && st == STATUS_OK; i++) {
        const struct record record = {.unit = unit, .book = book, .actor = wire_actor(batch->calls[i])};
        st = remit(&record, batch, i, err);
    }
    if (st == STATUS_OK)
        st = remittance_store_save(unit_db(unit), batch->new_parts, err);
    return st == STATUS_OK ? payment_store_save(unit_db(unit), book, err) : st;
}

enum status remittance_remit_part(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(batch_fini) struct batch batch = {0};

    batch_init(&batch, n_calls);
    enum status st = read_calls(unit, calls, n_calls, &batch, err);
    return st == STATUS_OK ? run_batch(unit, &batch, err) : st;
}

/* --- PreviewRemittance */

static void preview(const struct unit *unit, const struct remittance_open *open,
                    Dunlin__Payment__V1__RemittancePreview *view)
{
    const struct policy_holder *policy = unit_context(unit);
    const struct date today = {command_today(unit)};
    const struct agreement_remittance *terms = &agreements_find(policy->agreements, open->client, today)->remittance;
    struct remittance_figures figures = open->figures;

    remittance_settle(&figures, terms->method);
    dunlin__payment__v1__remittance_preview__init(view);
    view->client = wire_text(open->client);
    view->currency = wire_text(open->currency);
    view->method = (Dunlin__Payment__V1__RemittanceMethod)terms->method;
    view->payable_minor = figures.payable_minor;
    view->fees_minor = figures.fees_minor;
    view->remitted_minor = figures.remitted_minor;
    view->invoiced_minor = figures.invoiced_minor;
    view->minimum_minor = terms->minimum_minor;
    view->is_below_minimum = remittance_is_below(&figures, terms->minimum_minor);
    view->parts_done = (uint32_t)open->n_parts;
    view->payee = wire_text(terms->payee);
    view->reference = wire_text(terms->reference);
}

static void reply_preview(const struct unit *unit, struct service_call *call, const GArray *rows)
{
    g_autofree Dunlin__Payment__V1__RemittancePreview *views = g_new(Dunlin__Payment__V1__RemittancePreview, rows->len);
    g_autofree Dunlin__Payment__V1__RemittancePreview **list =
        g_new(Dunlin__Payment__V1__RemittancePreview *, rows->len);
    Dunlin__Payment__V1__PreviewRemittanceReply reply;

    for (guint i = 0; i < rows->len; i++) {
        preview(unit, &g_array_index(rows, struct remittance_open, i), &views[i]);
        list[i] = &views[i];
    }
    dunlin__payment__v1__preview_remittance_reply__init(&reply);
    reply.clients = list;
    reply.n_clients = rows->len;
    reply.parts_of_run = PARTITION_COUNT;
    service_reply(call, &reply.base);
}

static enum status preview_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__PreviewRemittanceRequest *request = (const void *)call->request;
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autoptr(GArray) rows = NULL;
    int32_t agency_id = 0;
    enum status st = check_run_key(request->run_key, err);

    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);
    if (st == STATUS_OK)
        st = remittance_store_open(unit_db(unit), agency_id, request->client, request->run_key, &rows, &result, err);
    if (st == STATUS_OK)
        reply_preview(unit, call, rows);
    return st;
}

/* --- ListRemittances */

static void run_view(const struct remittance_run *run, Dunlin__Payment__V1__RemittanceFigures *figures,
                     Dunlin__Payment__V1__RemittanceRun *view)
{
    const struct remittance_part *total = &run->total;

    remittance_figures_view(&total->figures, figures);
    dunlin__payment__v1__remittance_run__init(view);
    view->run_key = wire_text(total->run_key);
    view->client = wire_text(total->subject.client);
    view->currency = wire_text(total->subject.currency);
    view->method = (Dunlin__Payment__V1__RemittanceMethod)total->method;
    view->payee = wire_text(total->payee);
    view->reference = wire_text(total->reference);
    view->parts = (uint32_t)run->n_parts;
    view->figures = figures;
    view->begun_at_us = run->begun_at.us;
    view->remitted_at_us = total->remitted_at.us;
}

static void reply_runs(struct service_call *call, int32_t agency_id, const GArray *rows, size_t limit)
{
    const size_t n = MIN(rows->len, limit);
    g_autofree Dunlin__Payment__V1__RemittanceRun *views = g_new(Dunlin__Payment__V1__RemittanceRun, n);
    g_autofree Dunlin__Payment__V1__RemittanceFigures *figures = g_new(Dunlin__Payment__V1__RemittanceFigures, n);
    g_autofree Dunlin__Payment__V1__RemittanceRun **list = g_new(Dunlin__Payment__V1__RemittanceRun *, n);
    Dunlin__Payment__V1__ListRemittancesReply reply;

    for (size_t i = 0; i < n; i++) {
        run_view(&g_array_index(rows, struct remittance_run, i), &figures[i], &views[i]);
        list[i] = &views[i];
    }
    dunlin__payment__v1__list_remittances_reply__init(&reply);
    reply.runs = list;
    reply.n_runs = n;
    reply.is_truncated = rows->len > limit;
    reply.parts_of_run = PARTITION_COUNT;
    reply.agency_id = agency_id;
    service_reply(call, &reply.base);
}

/* 0 stands for `otherwise`. */
static enum status read_limit(int32_t asked, int32_t otherwise, int32_t max, int32_t *ret_limit, struct error *err)
{
    *ret_limit = asked == 0 ? otherwise : asked;
    if (*ret_limit < 1 || *ret_limit > max)
        return error_set(err, STATUS_INVALID_ARGUMENT, "limit: %d is not between 1 and %d", asked, max);
    return STATUS_OK;
}

static enum status list_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListRemittancesRequest *request = (const void *)call->request;
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autoptr(GArray) rows = NULL;
    int32_t agency_id = 0, limit = 0;
    enum status st = read_limit(request->limit, RUNS_DEFAULT, RUNS_MAX, &limit, err);

    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);
    if (st == STATUS_OK)
        st = remittance_store_runs(unit_db(unit), agency_id, request->client, request->run_key, limit + 1, &rows,
                                   &result, err);
    if (st == STATUS_OK)
        reply_runs(call, agency_id, rows, (size_t)limit);
    return st;
}

/* --- GetRemittanceLines */

static Dunlin__Payment__V1__CollectedBy collected_by(enum paid_to paid_to)
{
    switch (paid_to) {
    case PAID_TO_AGENCY:
    case PAID_FROM_SUSPENSE:
        return DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_AGENCY;
    case PAID_TO_CLIENT:
        return DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_CLIENT;
    case PAID_TO_OTHER_AGENCY:
        return DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_OTHER_AGENCY;
    case PAID_TO_NOBODY:
        break;
    }
    return DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_UNSPECIFIED;
}

static void line_view(const struct remittance_line *line, Dunlin__Payment__V1__RemittanceLine *view)
{
    dunlin__payment__v1__remittance_line__init(view);
    view->partition = line->partition;
    view->entry = line->entry;
    view->account_id = wire_id(&line->account_id);
    view->posting_id = wire_id(&line->posting_id);
    view->is_reversal = line->kind == TRUST_REVERSAL;
    view->collected_by = collected_by(line->paid_to);
    view->effective_on_days = line->effective_on_days;
    view->posted_at_us = line->posted_at.us;
    view->amount_minor = -line->change_minor;
    view->fee_minor = line->fee_minor;
    view->payable_minor = line->payable_minor;
    view->reference = wire_text(line->reference);
    view->file_name = wire_text(line->file_name);
    view->line = line->line;
}

static void reply_lines(struct service_call *call, const GArray *rows, size_t limit)
{
    const size_t n = MIN(rows->len, limit);
    g_autofree Dunlin__Payment__V1__RemittanceLine *views = g_new(Dunlin__Payment__V1__RemittanceLine, n);
    g_autofree Dunlin__Payment__V1__RemittanceLine **list = g_new(Dunlin__Payment__V1__RemittanceLine *, n);
    Dunlin__Payment__V1__GetRemittanceLinesReply reply;

    for (size_t i = 0; i < n; i++) {
        line_view(&g_array_index(rows, struct remittance_line, i), &views[i]);
        list[i] = &views[i];
    }
    dunlin__payment__v1__get_remittance_lines_reply__init(&reply);
    reply.lines = list;
    reply.n_lines = n;
    reply.is_truncated = rows->len > limit;
    service_reply(call, &reply.base);
}

static enum status check_after(const Dunlin__Payment__V1__GetRemittanceLinesRequest *request, struct error *err)
{
    if (request->after_partition >= PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "after_partition: %u is not below %d", request->after_partition,
                         PARTITION_COUNT);
    return STATUS_OK;
}

static enum status lines_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetRemittanceLinesRequest *request = (const void *)call->request;
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autoptr(GArray) rows = NULL;
    struct remittance_part run = {0};
    int32_t limit = 0;
    enum status st = read_limit(request->limit, LINES_MAX, LINES_MAX, &limit, err);

    if (st == STATUS_OK)
        st = check_after(request, err);
    if (st == STATUS_OK)
        st = read_run(call, request->client, request->currency, request->run_key, &run, err);
    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &run.subject.agency_id, err);
    if (st == STATUS_OK)
        st = remittance_store_lines(unit_db(unit), &run, (uint16_t)request->after_partition, request->after_entry,
                                    limit + 1, &rows, &result, err);
    if (st == STATUS_OK)
        reply_lines(call, rows, (size_t)limit);
    return st;
}

/* --- queries */

enum status remittance_preview(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(preview_one, unit, calls, n_calls, err);
}

enum status remittance_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(list_one, unit, calls, n_calls, err);
}

enum status remittance_lines(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(lines_one, unit, calls, n_calls, err);
}
