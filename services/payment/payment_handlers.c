#include "payment_handlers.h"

#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_service.h"
#include "payment_store.h"
#include "payment_taking.h"
#include "plan_codec.h"
#include "plan_record.h"
#include "policy/policy_holder.h"
#include "service/wire.h"

#define BALANCES_MAX 1000 /* of a call */

static void fail_no_account(struct service_call *call, const struct id *account_id)
{
    char text[ID_TEXT_SIZE];

    service_fail(call, STATUS_NOT_FOUND, "no account %s", id_format(account_id, text));
}

/* Of a payment what was posted, what was held of it, or both. */
static void reply_posting(struct service_call *call, const struct posting *posting, const struct suspense *held)
{
    Dunlin__Payment__V1__PostingView view;

    if (posting)
        codec_posting_view(posting, &view);
    else
        dunlin__payment__v1__posting_view__init(&view);
    if (held) {
        view.account_id = wire_id(&held->account_id);
        view.currency = wire_text(held->amount.currency);
        view.suspense_minor = held->amount.minor;
        view.suspense_item_id = wire_id(&held->item_id);
    }
    service_reply(call, &view.base);
}

static void reply_promise(struct service_call *call, const struct promise *promise)
{
    Dunlin__Payment__V1__PromiseView view;

    codec_promise_view(promise, &view);
    service_reply(call, &view.base);
}

/* --- PostPayment */

static enum paid_to paid_to_of(const Dunlin__Payment__V1__PostPaymentRequest *request)
{
    if (request->item_id.len > 0)
        return PAID_FROM_SUSPENSE;
    return request->paid_to == DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_UNSPECIFIED ? PAID_TO_AGENCY
                                                                                 : (enum paid_to)request->paid_to;
}

/* That of money in suspense follows from what it is, wherever that lies; the caller's, or a new one. */
static enum status read_payment_id(const struct service_call *call, struct id *ret_id, struct error *err)
{
    const Dunlin__Payment__V1__PostPaymentRequest *request = (const void *)call->request;
    const struct id account_id = wire_known_id(&request->account_id);
    struct id item_id;
    enum status st;

    if (request->item_id.len == 0 && request->payment_id.len == 0) {
        *ret_id = (struct id){0};
        return STATUS_OK;
    }
    if (request->item_id.len == 0)
        return wire_read_own_id(call, &request->payment_id, "payment_id", ret_id, err);
    if (request->payment_id.len > 0 || request->paid_to != DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_UNSPECIFIED)
        return error_set(err, STATUS_INVALID_ARGUMENT, "item_id: goes without payment_id and paid_to");
    st = wire_read_id(&request->item_id, "item_id", &item_id, err);
    if (st == STATUS_OK)
        *ret_id = suspense_payment_id(&item_id, &account_id);
    return st;
}

static enum status check_paid_to(int paid_to, struct error *err)
{
    switch (paid_to) {
    case DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_UNSPECIFIED:
    case DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_AGENCY:
    case DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_CLIENT:
    case DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_OTHER_AGENCY:
        return STATUS_OK;
    default:
        return error_set(err, STATUS_INVALID_ARGUMENT, "paid_to: %d is none", paid_to);
    }
}

static enum status want_post(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__PostPaymentRequest *request = (const void *)call->request;
    struct id account_id, payment_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reference, TEXT_MAX_BYTES, "reference", err);
    if (st == STATUS_OK)
        st = check_paid_to((int)request->paid_to, err);
    if (st == STATUS_OK)
        st = read_payment_id(call, &payment_id, err);
    if (st != STATUS_OK)
        return st;
    if (request->amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld is not positive",
                         (long long)request->amount_minor);
    if (!id_is_none(&payment_id)) {
        const struct id overpaid_id = suspense_overpaid_id(&payment_id);
        book_want_posting(book, &payment_id);
        book_want_suspense(book, &overpaid_id);
    }
    book_want_account(book, &account_id);
    return STATUS_OK;
}

/* True where this payment has been taken in before, or something else has its id. */
static bool answer_posted_before(struct service_call *call, const struct book *book, const struct id *payment_id,
                                 const struct id *account_id)
{
    const struct id overpaid_id = suspense_overpaid_id(payment_id);
    const struct posting *posting = book_posting(book, payment_id);
    const struct suspense *held = book_suspense(book, &overpaid_id);

    if (posting && (posting->draft.kind != POSTING_PAYMENT || !id_equal(&posting->account_id, account_id)))
        service_fail(call, STATUS_INVALID_ARGUMENT, "payment_id: is a %s of %s account",
                     posting_kind_name(posting->draft.kind),
                     id_equal(&posting->account_id, account_id) ? "this" : "another");
    else if (posting || held)
        reply_posting(call, posting, held);
    return service_is_answered(call);
}

/* Posts what is owed, holds the rest, and answers. */
static enum status pay(const struct record *record, struct service_call *call, struct account *account,
                       enum paid_to paid_to, struct posting_draft *draft, struct error *err)
{
    struct payment_taken taken;
    const enum status st = payment_take(record, account, paid_to, draft, &taken, err);

    if (st == STATUS_OK && taken.refusal.code != STATUS_OK)
        service_fail_error(call, &taken.refusal);
    else if (st == STATUS_OK)
        reply_posting(call, taken.posting, taken.held);
    return st;
}

static enum status act_post(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__PostPaymentRequest *request = (const void *)call->request;
    struct id account_id = wire_known_id(&request->account_id);
    struct account *account = book_account(record->book, &account_id);
    bool has_date =
        request->paid_on_presence_case == DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    struct posting_draft draft = {
        .kind = POSTING_PAYMENT,
        .effective_on_days = has_date ? request->paid_on_days : command_today(record->unit),
        .reference = request->reference,
        .posted_at = unit_now(record->unit),
    };
    struct error why;

    if (!account) {
        fail_no_account(call, &account_id);
        return STATUS_OK;
    }
    if (read_payment_id(call, &draft.posting_id, &why) != STATUS_OK ||
        codec_money(-request->amount_minor, request->currency, &draft.change, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    if (id_is_none(&draft.posting_id))
        draft.posting_id = id_new(call->partition);
    else if (answer_posted_before(call, record->book, &draft.posting_id, &account_id))
        return STATUS_OK;
    return pay(record, call, account, paid_to_of(request), &draft, err);
}

/* --- ReversePayment */

static enum status want_reverse(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ReversePaymentRequest *request = (const void *)call->request;
    struct id posting_id;
    enum status st = wire_read_own_id(call, &request->posting_id, "posting_id", &posting_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st != STATUS_OK)
        return st;
    payment_want(book, &posting_id);
    return STATUS_OK;
}

static enum status act_reverse(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ReversePaymentRequest *request = (const void *)call->request;
    struct id posting_id = wire_known_id(&request->posting_id);
    const struct posting *posting = book_posting(record->book, &posting_id);
    struct payment_taken taken;
    char text[ID_TEXT_SIZE];

    if (!posting) {
        service_fail(call, STATUS_NOT_FOUND, "no posting %s", id_format(&posting_id, text));
        return STATUS_OK;
    }
    const enum status st = payment_take_back(record, posting, request->reason, &taken, err);
    if (st == STATUS_OK && taken.refusal.code != STATUS_OK)
        service_fail_error(call, &taken.refusal);
    else if (st == STATUS_OK)
        reply_posting(call, taken.posting, NULL);
    return st;
}

static enum status want_promise(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__MakePromiseRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        book_want_account(book, &account_id);
    return st;
}

static enum status act_promise(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__MakePromiseRequest *request = (const void *)call->request;
    const struct policy_holder *policy = unit_context(record->unit);
    struct id account_id = wire_known_id(&request->account_id);
    struct account *account = book_account(record->book, &account_id);
    struct promise_terms terms = {
        .promise_id = id_new(call->partition),
        .due_on_days = request->due_on_days,
        .made_at = unit_now(record->unit),
        .grace_days = policy->sop->promise_grace_days,
        .tolerance = tolerance_of(policy->sop->promise_tolerance),
    };
    struct promise promise;
    const struct promise *kept = NULL;
    struct error why;

    if (!account) {
        fail_no_account(call, &account_id);
        return STATUS_OK;
    }
    terms.has_plan = record_has_plan(record, account);
    if (codec_money(request->amount_minor, request->currency, &terms.amount, &why) != STATUS_OK ||
        promise_make(account, &terms, &promise, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = record_promise(record, account, &promise, &kept, err);
    if (st == STATUS_OK)
        reply_promise(call, kept);
    return st;
}

static enum status want_cancel(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__CancelPromiseRequest *request = (const void *)call->request;
    struct id promise_id;
    enum status st = wire_read_own_id(call, &request->promise_id, "promise_id", &promise_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        book_want_promise(book, &promise_id);
    return st;
}

static enum status act_cancel(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__CancelPromiseRequest *request = (const void *)call->request;
    struct id promise_id = wire_known_id(&request->promise_id);
    struct promise *promise = book_promise(record->book, &promise_id);
    char id_text[ID_TEXT_SIZE];
    const char *text;
    struct error why;

    if (!promise) {
        service_fail(call, STATUS_NOT_FOUND, "no promise %s", id_format(&promise_id, id_text));
        return STATUS_OK;
    }
    if (promise_move(promise, PROMISE_EVENT_CANCEL, &text, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    promise->reason = request->reason;
    enum status st = record_promise_end(record, book_account(record->book, &promise->account_id), promise, err);
    if (st == STATUS_OK)
        reply_promise(call, promise);
    return st;
}

static enum status want_get(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetAccountRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        book_want_account(book, &account_id);
    return st;
}

/* The run of `rows` (each beginning at `account_id_at` bytes with its account's id, grouped by account) that is of one
 * account. */
static size_t run_of_account(const GArray *rows, size_t row_size, size_t account_id_at, const struct id *account_id,
                             size_t *ret_first)
{
    size_t n = 0;

    *ret_first = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct id *of = (const void *)(rows->data + i * row_size + account_id_at);
        if (!id_equal(of, account_id))
            continue;
        if (n++ == 0)
            *ret_first = i;
    }
    return n;
}

/* The plan that payments flow through, and the one that waits. Returns how many there are. */
static size_t fill_plans(const struct record *record, const struct account *account, struct plan_wire wires[static 2],
                         Dunlin__Payment__V1__PlanView *list[static 2])
{
    const struct id *ids[] = {&account->plan_id, &account->proposed_plan_id};
    const struct date today = {command_today(record->unit)};
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        const struct plan_agreement *agreement = book_plan(record->book, ids[i]);
        if (!agreement)
            continue;
        plan_fill_view(agreement, book_posting(record->book, &agreement->discount_posting), today, &wires[n]);
        list[n] = &wires[n].view;
        n++;
    }
    return n;
}

static void reply_account(const struct record *record, struct service_call *call, const struct account *account,
                          const GArray *postings, const GArray *promises)
{
    g_autofree struct plan_wire *plans = g_new(struct plan_wire, 2);
    Dunlin__Payment__V1__PlanView *plan_list[2];
    Dunlin__Payment__V1__GetAccountReply reply;
    size_t first_posting, first_promise;
    size_t n_postings = run_of_account(postings, sizeof(struct posting), offsetof(struct posting, account_id),
                                       &account->account_id, &first_posting);
    size_t n_promises = run_of_account(promises, sizeof(struct promise), offsetof(struct promise, account_id),
                                       &account->account_id, &first_promise);
    g_autofree Dunlin__Payment__V1__PostingView *posting_views = g_new(Dunlin__Payment__V1__PostingView, n_postings);
    g_autofree Dunlin__Payment__V1__PostingView **posting_list = g_new(Dunlin__Payment__V1__PostingView *, n_postings);
    g_autofree Dunlin__Payment__V1__PromiseView *promise_views = g_new(Dunlin__Payment__V1__PromiseView, n_promises);
    g_autofree Dunlin__Payment__V1__PromiseView **promise_list = g_new(Dunlin__Payment__V1__PromiseView *, n_promises);

    dunlin__payment__v1__get_account_reply__init(&reply);
    reply.account_id = wire_id(&account->account_id);
    reply.balance_minor = account->balance.minor;
    reply.currency = wire_text(account->balance.currency);
    reply.client = wire_text(account->client);
    reply.interest_minor = account->owed.minor[AGREEMENT_INTEREST - 1];
    reply.fees_minor = account->owed.minor[AGREEMENT_FEES - 1];
    reply.costs_minor = account->owed.minor[AGREEMENT_COSTS - 1];
    for (size_t i = 0; i < n_postings; i++) {
        codec_posting_view(&g_array_index(postings, struct posting, first_posting + i), &posting_views[i]);
        posting_list[i] = &posting_views[i];
    }
    for (size_t i = 0; i < n_promises; i++) {
        codec_promise_view(&g_array_index(promises, struct promise, first_promise + i), &promise_views[i]);
        promise_list[i] = &promise_views[i];
    }
    reply.postings = posting_list;
    reply.n_postings = n_postings;
    reply.promises = promise_list;
    reply.n_promises = n_promises;
    reply.n_plans = fill_plans(record, account, plans, plan_list);
    reply.plans = plan_list;
    service_reply(call, &reply.base);
}

static enum status load_history(struct unit *unit, struct book *book, GArray **ret_postings, GArray **ret_promises,
                                struct error *err)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, book->accounts);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_array_append_vals(ids, id, 1);
    return payment_store_history(unit_db(unit), book, (const struct id *)(const void *)ids->data, ids->len,
                                 ret_postings, ret_promises, err);
}

enum status payment_get_account(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    const struct record record = {.unit = unit, .book = book};
    g_autoptr(GArray) postings = NULL;
    g_autoptr(GArray) promises = NULL;

    for (size_t i = 0; i < n_calls; i++) {
        struct error why;
        if (want_get(book, &calls[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = payment_store_load(unit_db(unit), book, err);
    if (st == STATUS_OK)
        st = load_history(unit, book, &postings, &promises, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Payment__V1__GetAccountRequest *request = (const void *)calls[i].request;
        if (service_is_answered(&calls[i]))
            continue;
        struct id account_id = wire_known_id(&request->account_id);
        const struct account *account = book_account(book, &account_id);
        if (account)
            reply_account(&record, &calls[i], account, postings, promises);
        else
            fail_no_account(&calls[i], &account_id);
    }
    return STATUS_OK;
}

static enum status read_account_ids(const Dunlin__Payment__V1__GetBalancesRequest *request, struct id *ids,
                                    struct error *err)
{
    for (size_t i = 0; i < request->n_account_ids; i++)
        if (wire_read_id(&request->account_ids[i], "account_ids", &ids[i], err) != STATUS_OK)
            return error_wrap(err, STATUS_INVALID_ARGUMENT, "account_ids[%zu]", i);
    return STATUS_OK;
}

static void reply_balances(struct service_call *call, const struct balance_parts *parts, size_t n)
{
    Dunlin__Payment__V1__GetBalancesReply reply;
    g_autofree Dunlin__Payment__V1__BalanceView *views = g_new(Dunlin__Payment__V1__BalanceView, n);
    g_autofree Dunlin__Payment__V1__BalanceView **list = g_new(Dunlin__Payment__V1__BalanceView *, n);

    for (size_t i = 0; i < n; i++) {
        dunlin__payment__v1__balance_view__init(&views[i]);
        views[i].account_id = wire_id(&parts[i].account_id);
        views[i].currency = wire_text(parts[i].balance.currency);
        views[i].balance_minor = parts[i].balance.minor;
        views[i].placed_minor = parts[i].placed_minor;
        views[i].charged_minor = parts[i].charged_minor;
        views[i].paid_minor = parts[i].paid_minor;
        views[i].credited_minor = parts[i].credited_minor;
        views[i].interest_minor = parts[i].interest_minor;
        list[i] = &views[i];
    }
    dunlin__payment__v1__get_balances_reply__init(&reply);
    reply.balances = list;
    reply.n_balances = n;
    service_reply(call, &reply.base);
}

static enum status read_moment(const Dunlin__Payment__V1__GetBalancesRequest *request,
                               struct balance_moment *ret_moment, struct error *err)
{
    *ret_moment = (struct balance_moment){
        .has_day =
            request->as_of_presence_case == DUNLIN__PAYMENT__V1__GET_BALANCES_REQUEST__AS_OF_PRESENCE_AS_OF_ON_DAYS,
        .has_instant =
            request->known_presence_case == DUNLIN__PAYMENT__V1__GET_BALANCES_REQUEST__KNOWN_PRESENCE_KNOWN_AT_US,
        .day = {request->as_of_on_days},
        .posted = {request->known_at_us},
    };
    if (ret_moment->has_day && (ret_moment->day.days < EFFECTIVE_ON_MIN || ret_moment->day.days > EFFECTIVE_ON_MAX))
        return error_set(err, STATUS_INVALID_ARGUMENT, "as_of_on_days: day %d is not between 1900 and 2199",
                         ret_moment->day.days);
    return STATUS_OK;
}

static enum status get_balances(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetBalancesRequest *request = (const void *)call->request;
    const size_t n = request->n_account_ids;
    struct balance_moment moment;
    struct error why;

    if (n == 0 || n > BALANCES_MAX) {
        service_fail(call, STATUS_INVALID_ARGUMENT, "account_ids: %zu of them; there must be 1 to %d", n, BALANCES_MAX);
        return STATUS_OK;
    }
    g_autofree struct id *ids = g_new0(struct id, n);
    g_autofree struct balance_parts *parts = g_new0(struct balance_parts, n);
    if (read_account_ids(request, ids, &why) != STATUS_OK || read_moment(request, &moment, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = payment_store_balances(unit_db(unit), ids, n, &moment, parts, err);
    if (st == STATUS_OK)
        reply_balances(call, parts, n);
    return st;
}

enum status payment_get_balances(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = get_balances(unit, &calls[i], err);
    return st;
}

enum status payment_post(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_post, act_post}, unit, calls, n_calls, err);
}

enum status payment_reverse(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_reverse, act_reverse}, unit, calls, n_calls, err);
}

enum status payment_promise(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_promise, act_promise}, unit, calls, n_calls, err);
}

enum status payment_cancel_promise(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_cancel, act_cancel}, unit, calls, n_calls, err);
}
