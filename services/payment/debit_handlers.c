#include "debit_handlers.h"

#include <string.h>

#include "ach/ach_codes.h"
#include "debit_codec.h"
#include "debit_rates.h"
#include "debit_record.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "plan_record.h"
#include "service/wire.h"

#define LIST_DEFAULT  100
#define LIST_MAX      1000
#define RATE_DAYS_MAX 366

static void reply_debit(struct service_call *call, const struct debit *debit)
{
    Dunlin__Payment__V1__DebitView view;

    codec_debit_view(debit, &view);
    service_reply(call, &view.base);
}

/* NULL: the call is answered. */
static struct debit *find_debit(const struct record *record, struct service_call *call,
                                const ProtobufCBinaryData *bytes)
{
    const struct id debit_id = wire_known_id(bytes);
    struct debit *debit = debit_book_debit(record->book->debits, &debit_id);
    char text[ID_TEXT_SIZE];

    if (debit && command_may_concern(call, debit->agency_id))
        return debit;
    service_fail(call, STATUS_NOT_FOUND, "no debit %s", id_format(&debit_id, text));
    return NULL;
}

/* --- ScheduleDebit */

static enum status want_schedule(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ScheduleDebitRequest *request = (const void *)call->request;
    struct id account_id, debit_id, instrument_id, plan_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->debit_id, "debit_id", &debit_id, err);
    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->instrument_id, "instrument_id", &instrument_id, err);
    if (st == STATUS_OK && request->plan_id.len > 0)
        st = wire_read_own_id(call, &request->plan_id, "plan_id", &plan_id, err);
    if (st != STATUS_OK)
        return st;
    book_want_account(book, &account_id);
    debit_book_want_debit(book->debits, &debit_id);
    debit_book_want_instrument(book->debits, &instrument_id);
    debit_book_want_pending(book->debits, &account_id);
    return STATUS_OK;
}

static enum status read_terms(const struct record *record, const Dunlin__Payment__V1__ScheduleDebitRequest *request,
                              struct debit_terms *ret_terms, struct error *err)
{
    const struct id account_id = wire_known_id(&request->account_id);

    *ret_terms = (struct debit_terms){
        .debit_id = wire_known_id(&request->debit_id),
        .due_on_days = request->due_on_days,
        .plan_id = wire_known_id(&request->plan_id),
        .instalment = request->instalment,
        .has_previous = request->previous_presence_case ==
                        DUNLIN__PAYMENT__V1__SCHEDULE_DEBIT_REQUEST__PREVIOUS_PRESENCE_PREVIOUS_MINOR,
        .previous_minor = request->previous_minor,
        .pending_minor = debit_book_sum(record->book->debits, &account_id, DEBIT_PENDING),
        .scheduled_at = unit_now(record->unit),
    };
    if (ret_terms->has_previous && ret_terms->previous_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "previous_minor: %lld is negative",
                         (long long)ret_terms->previous_minor);
    return codec_money(request->amount_minor, request->currency, &ret_terms->amount, err);
}

/* True where this debit was scheduled before, or something else has its id. */
static bool answer_scheduled_before(struct service_call *call, const struct debit *debit)
{
    const Dunlin__Payment__V1__ScheduleDebitRequest *request = (const void *)call->request;
    const struct id account_id = wire_known_id(&request->account_id);
    const struct id instrument_id = wire_known_id(&request->instrument_id);

    if (!debit)
        return false;
    if (!id_equal(&debit->account_id, &account_id) || !id_equal(&debit->instrument_id, &instrument_id) ||
        debit->amount.minor != request->amount_minor)
        service_fail(call, STATUS_INVALID_ARGUMENT, "debit_id: is another debit's");
    else
        reply_debit(call, debit);
    return true;
}

static enum status act_schedule(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ScheduleDebitRequest *request = (const void *)call->request;
    const struct id account_id = wire_known_id(&request->account_id), debit_id = wire_known_id(&request->debit_id);
    const struct id instrument_id = wire_known_id(&request->instrument_id);
    const struct account *account = book_account(record->book, &account_id);
    const struct instrument *instrument = debit_book_instrument(record->book->debits, &instrument_id);
    struct debit_notices notices;
    struct debit_terms terms;
    struct debit debit, *kept;
    char text[ID_TEXT_SIZE];
    struct error why;

    if (!account || !command_may_concern(call, account->agency_id))
        service_fail(call, STATUS_NOT_FOUND, "no account %s", id_format(&account_id, text));
    else if (!instrument)
        service_fail(call, STATUS_NOT_FOUND, "no instrument %s", id_format(&instrument_id, text));
    if (service_is_answered(call) || answer_scheduled_before(call, debit_book_debit(record->book->debits, &debit_id)))
        return STATUS_OK;
    if (read_terms(record, request, &terms, &why) != STATUS_OK ||
        debit_schedule(account, instrument, &terms, &debit, &notices, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    const enum status st = record_debit(record, &debit, &notices, &kept, err);
    if (st == STATUS_OK)
        reply_debit(call, kept);
    return st;
}

enum status debit_schedule_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_schedule, act_schedule}, unit, calls, n_calls, err);
}

/* --- CancelDebit */

static enum status want_cancel(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__CancelDebitRequest *request = (const void *)call->request;
    struct id debit_id;
    enum status st = wire_read_own_id(call, &request->debit_id, "debit_id", &debit_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        debit_book_want_debit(book->debits, &debit_id);
    return st;
}

static enum status act_cancel(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__CancelDebitRequest *request = (const void *)call->request;
    struct debit *debit = find_debit(record, call, &request->debit_id);
    enum status st = STATUS_OK;

    if (!debit)
        return STATUS_OK;
    if (debit->state != DEBIT_SCHEDULED && debit->state != DEBIT_CANCELLED) {
        service_fail(call, STATUS_FAILED_PRECONDITION, "the debit is %s: only a scheduled one is cancelled",
                     debit_state_name(debit->state));
        return STATUS_OK;
    }
    if (debit->state == DEBIT_SCHEDULED)
        st = record_debit_cancel(record, debit, request->reason, err);
    if (st == STATUS_OK)
        reply_debit(call, debit);
    return st;
}

enum status debit_cancel_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_cancel, act_cancel}, unit, calls, n_calls, err);
}

/* --- RecordReturn */

static enum status want_return(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RecordReturnRequest *request = (const void *)call->request;
    struct id debit_id;
    enum status st = wire_read_own_id(call, &request->debit_id, "debit_id", &debit_id, err);

    if (st == STATUS_OK)
        st = codec_check_trace(request->trace, err);
    if (st != STATUS_OK)
        return st;
    debit_book_want_debit(book->debits, &debit_id);
    debit_book_want_siblings(book->debits, &debit_id);
    debit_want_payments(book, &debit_id);
    return STATUS_OK;
}

/* What speaks against it. *ret_is_known: the same was recorded before. */
static enum status check_return(const struct debit *debit, const Dunlin__Payment__V1__RecordReturnRequest *request,
                                bool *ret_is_known, struct error *err)
{
    const struct presentment *presentment = debit_presented_as(debit, request->trace);

    if (!presentment)
        return error_set(err, STATUS_NOT_FOUND, "trace: the debit was never sent as %s", request->trace);
    if (request->amount_minor != debit->amount.minor)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld came back of a debit of %lld",
                         (long long)request->amount_minor, (long long)debit->amount.minor);
    *ret_is_known = presentment->return_code[0] != '\0';
    if (*ret_is_known && strcmp(presentment->return_code, request->code) != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "code: %s, but it came back before as %s", request->code,
                         presentment->return_code);
    return STATUS_OK;
}

/* What a plan has collected is presented again only while it collects; nothing, while it is disputed. */
static enum status check_again(const struct record *record, const struct debit *debit, struct error *err)
{
    const struct account *account = book_account(record->book, &debit->account_id);
    const struct plan_agreement *agreement = account ? record_running_plan(record, account) : NULL;
    const enum status st = account ? account_check_held(account, debit->amount.minor, err) : STATUS_OK;

    if (st != STATUS_OK)
        return st;
    if (id_is_none(&debit->plan_id) ||
        (agreement && id_equal(&agreement->plan.plan_id, &debit->plan_id) && agreement->plan.state == PLAN_ACTIVE))
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "its plan is on hold, or over: resume the plan first, or schedule a debit without it");
}

static enum status present_again(const struct record *record, struct debit *debit, int32_t due_on_days,
                                 bool is_reauthorized, struct error *err)
{
    const struct instrument *instrument = debit_book_instrument(record->book->debits, &debit->instrument_id);
    const enum status st = check_again(record, debit, err);

    return st == STATUS_OK
               ? debit_represent(debit, instrument, due_on_days, is_reauthorized, command_today(record->unit), err)
               : st;
}

/* By itself, where the rules allow it; where they do not it stays returned. */
static enum status retry(const struct record *record, struct debit *debit, const struct debit_answer *answer,
                         int32_t retry_after_days, struct error *err)
{
    struct error why;

    if (!answer->may_retry || retry_after_days == 0 ||
        present_again(record, debit, command_today(record->unit) + retry_after_days, false, &why) != STATUS_OK)
        return STATUS_OK;
    return record_debit_again(record, debit, err);
}

/* What is not presented again by itself is no longer collected as agreed: nothing breaks the plan until somebody has
 * spoken to the debtor. */
static enum status hold_plan(const struct record *record, const struct debit *debit, const struct debit_answer *answer,
                             struct error *err)
{
    const struct account *account = book_account(record->book, &debit->account_id);
    struct plan_agreement *agreement = account ? record_running_plan(record, account) : NULL;

    if (!agreement || !id_equal(&agreement->plan.plan_id, &debit->plan_id))
        return STATUS_OK;
    return record_plan_hold(
        record, agreement,
        debit_book_keep(record->book->debits, g_strdup_printf("a debit came back: %s", answer->meaning)), err);
}

static enum status act_return(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RecordReturnRequest *request = (const void *)call->request;
    struct debit *debit = find_debit(record, call, &request->debit_id);
    struct debit_answer answer;
    bool is_known = false, was_settled = false;
    struct error why;

    if (!debit)
        return STATUS_OK;
    enum status st = debit_answer_code(request->code, &answer, &why);
    if (st == STATUS_OK && (request->retry_after_days < 0 || request->retry_after_days > DEBIT_DUE_MAX_DAYS))
        st = error_set(&why, STATUS_INVALID_ARGUMENT, "retry_after_days: %d is not between 0 and %d",
                       request->retry_after_days, DEBIT_DUE_MAX_DAYS);
    if (st == STATUS_OK)
        st = check_return(debit, request, &is_known, &why);
    if (st == STATUS_OK && !is_known)
        st = debit_return(debit, request->code, command_today(record->unit), &was_settled, &why);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    if (!is_known)
        st = record_debit_return(record, debit, &answer, was_settled, err);
    if (st == STATUS_OK && !is_known)
        st = retry(record, debit, &answer, request->retry_after_days, err);
    if (st == STATUS_OK && !is_known && debit->state == DEBIT_RETURNED)
        st = hold_plan(record, debit, &answer, err);
    if (st == STATUS_OK)
        reply_debit(call, debit);
    return st;
}

enum status debit_return_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_return, act_return}, unit, calls, n_calls, err);
}

/* --- RepresentDebit */

static enum status want_represent(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RepresentDebitRequest *request = (const void *)call->request;
    struct id debit_id;
    const enum status st = wire_read_own_id(call, &request->debit_id, "debit_id", &debit_id, err);

    if (st == STATUS_OK)
        debit_book_want_debit(book->debits, &debit_id);
    return st;
}

static enum status act_represent(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RepresentDebitRequest *request = (const void *)call->request;
    struct debit *debit = find_debit(record, call, &request->debit_id);
    struct error why;

    if (!debit)
        return STATUS_OK;
    if (present_again(record, debit, request->due_on_days, request->is_reauthorized, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    const enum status st = record_debit_again(record, debit, err);
    if (st == STATUS_OK)
        reply_debit(call, debit);
    return st;
}

enum status debit_represent_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_represent, act_represent}, unit, calls, n_calls, err);
}

/* --- ListDebits, GetDebit, FindDebits */

static enum status read_optional_id(const ProtobufCBinaryData *bytes, const char *field, struct id *ret_id,
                                    struct error *err)
{
    *ret_id = (struct id){0};
    return bytes->len == 0 ? STATUS_OK : wire_read_id(bytes, field, ret_id, err);
}

static enum status read_query(const Dunlin__Payment__V1__ListDebitsRequest *request, struct debit_query *ret_query,
                              struct error *err)
{
    const bool has_due =
        request->due_presence_case == DUNLIN__PAYMENT__V1__LIST_DEBITS_REQUEST__DUE_PRESENCE_DUE_ON_DAYS;
    struct debit_query query = {
        .state = (int16_t)request->state,
        .has_due = has_due,
        .due_on_days = request->due_on_days,
        .limit = request->limit == 0 ? LIST_DEFAULT : request->limit,
    };

    if (query.limit < 0 || query.limit > LIST_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "limit: %d is not between 1 and %d", request->limit, LIST_MAX);
    if ((int)request->state < 0 || (int)request->state >= DEBIT_STATES_END)
        return error_set(err, STATUS_INVALID_ARGUMENT, "state: %d is none", (int)request->state);
    enum status st = read_optional_id(&request->account_id, "account_id", &query.account_id, err);
    if (st == STATUS_OK)
        st = read_optional_id(&request->file_id, "file_id", &query.file_id, err);
    if (st == STATUS_OK)
        st = read_optional_id(&request->after_debit_id, "after_debit_id", &query.after, err);
    if (st != STATUS_OK)
        return st;
    if (!id_is_none(&query.file_id) && (has_due || query.state != 0 || !id_is_none(&query.account_id)))
        return error_set(err, STATUS_INVALID_ARGUMENT, "file_id: goes without state, due_on_days and account_id");
    *ret_query = query;
    return STATUS_OK;
}

static enum status list(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListDebitsRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) rows = NULL;
    Dunlin__Payment__V1__ListDebitsReply reply;
    struct debit_query query;
    enum status st = read_query(request, &query, err);

    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &query.agency_id, err);
    if (st != STATUS_OK)
        return st;
    const size_t limit = (size_t)query.limit++;
    st = debit_store_list(unit_db(unit), book, &query, &rows, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(codec_debit_views_fini) struct debit_views views = codec_debit_views(rows, limit);
    dunlin__payment__v1__list_debits_reply__init(&reply);
    reply.debits = views.list;
    reply.n_debits = views.n;
    reply.is_truncated = rows->len > limit;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

enum status debit_list_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(list, unit, calls, n_calls, err);
}

static enum status get(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetDebitRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    const struct record record = {.unit = unit, .book = book};
    Dunlin__Payment__V1__InstrumentView instrument;
    Dunlin__Payment__V1__DebitView view;
    struct id debit_id;
    enum status st = wire_read_id(&request->debit_id, "debit_id", &debit_id, err);

    if (st != STATUS_OK)
        return st;
    debit_book_want_debit(book->debits, &debit_id);
    st = payment_store_load(unit_db(unit), book, err);
    const struct debit *debit = st == STATUS_OK ? find_debit(&record, call, &request->debit_id) : NULL;
    if (!debit)
        return st;
    codec_debit_view(debit, &view);
    codec_instrument_view(debit_book_instrument(book->debits, &debit->instrument_id), &instrument);
    view.instrument = &instrument;
    service_reply(call, &view.base);
    return STATUS_OK;
}

enum status debit_get_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(get, unit, calls, n_calls, err);
}

static enum status check_traces(const Dunlin__Payment__V1__FindDebitsRequest *request, struct error *err)
{
    enum status st = STATUS_OK;

    if (request->n_traces == 0 || request->n_traces > LIST_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "traces: %zu of them; there must be 1 to %d", request->n_traces,
                         LIST_MAX);
    for (size_t i = 0; i < request->n_traces && st == STATUS_OK; i++)
        st = codec_check_trace(request->traces[i], err);
    return st;
}

static enum status find(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__FindDebitsRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) rows = NULL;
    Dunlin__Payment__V1__FindDebitsReply reply;
    int32_t agency_id = 0;
    enum status st = check_traces(request, err);

    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);
    if (st == STATUS_OK)
        st = debit_store_find(unit_db(unit), book, agency_id, request->traces, request->n_traces, &rows, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(codec_debit_views_fini) struct debit_views views = codec_debit_views(rows, rows->len);
    dunlin__payment__v1__find_debits_reply__init(&reply);
    reply.debits = views.list;
    reply.n_debits = views.n;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

enum status debit_find_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(find, unit, calls, n_calls, err);
}

/* --- GetReturnRates */

static void reply_rates(struct service_call *call, Dunlin__Payment__V1__GetReturnRatesReply *reply,
                        const GArray *returns)
{
    struct debit_rate rates[DEBIT_RATES];
    Dunlin__Payment__V1__ReturnRate views[DEBIT_RATES], *list[DEBIT_RATES];
    g_autofree Dunlin__Payment__V1__ReturnsOfCode *codes = g_new(Dunlin__Payment__V1__ReturnsOfCode, returns->len);
    g_autofree Dunlin__Payment__V1__ReturnsOfCode **code_list =
        g_new(Dunlin__Payment__V1__ReturnsOfCode *, returns->len);

    debit_rates_reckon((const struct debit_returns *)(const void *)returns->data, returns->len, reply->sent, rates);
    for (size_t i = 0; i < DEBIT_RATES; i++) {
        dunlin__payment__v1__return_rate__init(&views[i]);
        views[i].name = wire_text(rates[i].name);
        views[i].returned = rates[i].n_returned;
        views[i].rate_ppm = rates[i].rate_ppm;
        views[i].threshold_ppm = rates[i].threshold_ppm;
        views[i].is_over = rates[i].is_over;
        list[i] = &views[i];
    }
    for (guint i = 0; i < returns->len; i++) {
        const struct debit_returns *of = &g_array_index(returns, struct debit_returns, i);
        const struct ach_return_code *row = ach_find_return_code(of->code);
        dunlin__payment__v1__returns_of_code__init(&codes[i]);
        codes[i].code = wire_text(of->code);
        codes[i].meaning = wire_text(row ? row->meaning : "");
        codes[i].returned = of->n;
        code_list[i] = &codes[i];
    }
    reply->rates = list;
    reply->n_rates = DEBIT_RATES;
    reply->codes = code_list;
    reply->n_codes = returns->len;
    service_reply(call, &reply->base);
}

static enum status get_rates(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetReturnRatesRequest *request = (const void *)call->request;
    const int32_t days = request->days == 0 ? DEBIT_RATE_DAYS : request->days;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) returns = NULL;
    Dunlin__Payment__V1__GetReturnRatesReply reply;
    int32_t agency_id = 0;

    if (days < 1 || days > RATE_DAYS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "days: %d is not between 1 and %d", days, RATE_DAYS_MAX);
    dunlin__payment__v1__get_return_rates_reply__init(&reply);
    reply.through_on_days = command_today(unit);
    reply.from_on_days = reply.through_on_days - days + 1;
    enum status st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);
    if (st == STATUS_OK)
        st = debit_store_rates(unit_db(unit), book, agency_id, reply.from_on_days, reply.through_on_days, &reply.sent,
                               &returns, err);
    if (st == STATUS_OK)
        reply_rates(call, &reply, returns);
    return st;
}

enum status debit_rates_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(get_rates, unit, calls, n_calls, err);
}
