#include "suspense_handlers.h"

#include <string.h>

#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "service/wire.h"

#define LIST_DEFAULT 100
#define LIST_MAX     1000

static void reply_item(struct service_call *call, const struct suspense *item)
{
    Dunlin__Payment__V1__SuspenseView view;

    codec_suspense_view(item, &view);
    service_reply(call, &view.base);
}

/* --- HoldMoney */

static enum status check_texts(const Dunlin__Payment__V1__HoldMoneyRequest *request, struct error *err)
{
    enum status st = wire_check_text(request->client, AGREEMENT_CLIENT_SIZE - 1, "client", err);

    if (st == STATUS_OK)
        st = wire_free_text(request->payer, TEXT_MAX_BYTES, "payer", err);
    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    return st == STATUS_OK ? wire_free_text(request->reference, TEXT_MAX_BYTES, "reference", err) : st;
}

static enum status want_hold(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__HoldMoneyRequest *request = (const void *)call->request;
    struct id item_id;
    enum status st = wire_read_own_id(call, &request->item_id, "item_id", &item_id, err);

    if (st == STATUS_OK)
        st = check_texts(request, err);
    if (st != STATUS_OK)
        return st;
    if (request->amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld is not positive",
                         (long long)request->amount_minor);
    if (request->received_on_days < EFFECTIVE_ON_MIN || request->received_on_days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "received_on_days: day %d is not between 1900 and 2199",
                         request->received_on_days);
    book_want_suspense(book, &item_id);
    return STATUS_OK;
}

static enum status act_hold(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__HoldMoneyRequest *request = (const void *)call->request;
    const struct id item_id = wire_known_id(&request->item_id);
    const struct suspense *kept = book_suspense(record->book, &item_id);
    struct suspense item = {
        .item_id = item_id,
        .state = SUSPENSE_HELD,
        .source = SUSPENSE_UNIDENTIFIED,
        .client = request->client,
        .payer = request->payer,
        .reference = request->reference,
        .received_on_days = request->received_on_days,
        .reason = request->reason,
        .held_at = unit_now(record->unit),
    };
    struct error why;

    if (kept) {
        reply_item(call, kept);
        return STATUS_OK;
    }
    enum status st = command_find_agency(unit_db(record->unit), call, request->agency, &item.agency_id, &why);
    if (st == STATUS_OK)
        st = codec_money(request->amount_minor, request->currency, &item.amount, &why);
    if (st != STATUS_OK) {
        if (status_is_transient(st))
            return error_wrap(err, st, "%s", why.text);
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    st = record_held(record, &item, &kept, err);
    if (st == STATUS_OK)
        reply_item(call, kept);
    return st;
}

enum status suspense_hold(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_hold, act_hold}, unit, calls, n_calls, err);
}

/* --- what happens to it */

static enum status want_item(struct book *book, const struct service_call *call, const ProtobufCBinaryData *bytes,
                             char *reason, struct error *err)
{
    struct id item_id;
    enum status st = wire_read_own_id(call, bytes, "item_id", &item_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        book_want_suspense(book, &item_id);
    return st;
}

/* NULL: the call is answered. */
static struct suspense *find_item(const struct record *record, struct service_call *call,
                                  const ProtobufCBinaryData *bytes)
{
    const struct id item_id = wire_known_id(bytes);
    struct suspense *item = book_suspense(record->book, &item_id);
    char text[ID_TEXT_SIZE];

    if (item && command_may_concern(call, item->agency_id))
        return item;
    service_fail(call, STATUS_NOT_FOUND, "no money in suspense %s", id_format(&item_id, text));
    return NULL;
}

static enum status move(const struct record *record, struct service_call *call, struct suspense *item,
                        enum suspense_event event, const struct id *account_id, const char *reason, struct error *err)
{
    struct error why;

    if (suspense_move(item, event, account_id, reason, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = record_suspense(record, item, event, err);
    if (st == STATUS_OK)
        reply_item(call, item);
    return st;
}

static enum status want_assign(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__AssignSuspenseRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    return st == STATUS_OK ? want_item(book, call, &request->item_id, request->reason, err) : st;
}

static enum status act_assign(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__AssignSuspenseRequest *request = (const void *)call->request;
    const struct id account_id = wire_known_id(&request->account_id);
    struct suspense *item = find_item(record, call, &request->item_id);

    if (!item)
        return STATUS_OK;
    if (item->state == SUSPENSE_ASSIGNED && id_equal(&item->assigned_id, &account_id)) {
        reply_item(call, item);
        return STATUS_OK;
    }
    return move(record, call, item, SUSPENSE_EVENT_ASSIGN, &account_id, request->reason, err);
}

enum status suspense_assign(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_assign, act_assign}, unit, calls, n_calls, err);
}

static enum status want_unassign(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__UnassignSuspenseRequest *request = (const void *)call->request;

    return want_item(book, call, &request->item_id, request->reason, err);
}

static enum status act_unassign(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__UnassignSuspenseRequest *request = (const void *)call->request;
    struct suspense *item = find_item(record, call, &request->item_id);

    if (!item)
        return STATUS_OK;
    const struct id payment_id = suspense_payment_id(&item->item_id, &item->assigned_id);
    if (item->state == SUSPENSE_ASSIGNED && book_posting(record->book, &payment_id)) {
        service_fail(call, STATUS_FAILED_PRECONDITION, "the money is posted to the account: reverse the payment");
        return STATUS_OK;
    }
    return move(record, call, item, SUSPENSE_EVENT_UNASSIGN, NULL, request->reason, err);
}

enum status suspense_unassign(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_unassign, act_unassign}, unit, calls, n_calls, err);
}

static enum status want_refund(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RefundSuspenseRequest *request = (const void *)call->request;

    return want_item(book, call, &request->item_id, request->reason, err);
}

static enum status act_refund(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RefundSuspenseRequest *request = (const void *)call->request;
    struct suspense *item = find_item(record, call, &request->item_id);

    return item ? move(record, call, item, SUSPENSE_EVENT_REFUND, NULL, request->reason, err) : STATUS_OK;
}

enum status suspense_refund(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_refund, act_refund}, unit, calls, n_calls, err);
}

/* --- ListSuspense, GetTrust */

static void reply_list(struct service_call *call, const GArray *items, size_t limit)
{
    const size_t n = MIN(items->len, limit);
    g_autofree Dunlin__Payment__V1__SuspenseView *views = g_new(Dunlin__Payment__V1__SuspenseView, n);
    g_autofree Dunlin__Payment__V1__SuspenseView **list = g_new(Dunlin__Payment__V1__SuspenseView *, n);
    Dunlin__Payment__V1__ListSuspenseReply reply;

    for (size_t i = 0; i < n; i++) {
        codec_suspense_view(&g_array_index(items, struct suspense, i), &views[i]);
        list[i] = &views[i];
    }
    dunlin__payment__v1__list_suspense_reply__init(&reply);
    reply.items = list;
    reply.n_items = n;
    reply.is_truncated = items->len > limit;
    service_reply(call, &reply.base);
}

static enum status list(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListSuspenseRequest *request = (const void *)call->request;
    const int32_t limit = request->limit == 0 ? LIST_DEFAULT : request->limit;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) items = NULL;
    int32_t agency_id = 0;

    if (limit < 0 || limit > LIST_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "limit: %d is not between 1 and %d", request->limit, LIST_MAX);
    enum status st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);
    if (st == STATUS_OK)
        st = payment_store_suspense(unit_db(unit), book, agency_id, request->with_ended, limit + 1, &items, err);
    if (st == STATUS_OK)
        reply_list(call, items, (size_t)limit);
    return st;
}

static void reply_trust(struct service_call *call, const GArray *totals)
{
    g_autofree Dunlin__Payment__V1__TrustView *views = g_new(Dunlin__Payment__V1__TrustView, totals->len);
    g_autofree Dunlin__Payment__V1__TrustView **list = g_new(Dunlin__Payment__V1__TrustView *, totals->len);
    Dunlin__Payment__V1__GetTrustReply reply;

    for (guint i = 0; i < totals->len; i++) {
        const struct trust_entry *total = &g_array_index(totals, struct trust_entry, i);
        dunlin__payment__v1__trust_view__init(&views[i]);
        views[i].client = wire_text(total->client);
        views[i].currency = wire_text(total->currency);
        views[i].cash_minor = total->amounts.cash_minor;
        views[i].payable_minor = total->amounts.payable_minor;
        views[i].earned_minor = total->amounts.earned_minor;
        views[i].suspense_minor = total->amounts.suspense_minor;
        views[i].transit_minor = total->amounts.transit_minor;
        list[i] = &views[i];
    }
    dunlin__payment__v1__get_trust_reply__init(&reply);
    reply.trust = list;
    reply.n_trust = totals->len;
    service_reply(call, &reply.base);
}

static enum status get(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetTrustRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) totals = NULL;
    int32_t agency_id = 0;
    enum status st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);

    if (st == STATUS_OK)
        st = payment_store_trust(unit_db(unit), book, agency_id, request->client, &totals, err);
    if (st == STATUS_OK)
        reply_trust(call, totals);
    return st;
}

enum status suspense_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(list, unit, calls, n_calls, err);
}

enum status trust_get(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(get, unit, calls, n_calls, err);
}
