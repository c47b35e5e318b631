#include <string.h>

#include "contact_codec.h"
#include "contact_handlers.h"
#include "contact_store.h"
#include "dial_store.h"
#include "number_model.h"
#include "permit_store.h"
#include "person_store.h"
#include "plan_model.h"
#include "service/wire.h"

/* ReserveDialList, GetAccount and FindNumber. */

#define HOLD_S_MAX       3600
#define ATTEMPTS_A_REPLY 50

static enum status check_reserve(const Dunlin__Contact__V1__ReserveDialListRequest *request, struct error *err)
{
    if (request->n_partitions == 0 || request->n_partitions > PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "partitions: %zu of them; there must be 1 to %d",
                         request->n_partitions, PARTITION_COUNT);
    for (size_t i = 0; i < request->n_partitions; i++)
        if (request->partitions[i] >= PARTITION_COUNT)
            return error_set(err, STATUS_INVALID_ARGUMENT, "partitions[%zu]: %u is not below %d", i,
                             request->partitions[i], PARTITION_COUNT);
    if (request->limit == 0 || request->limit > CONTACT_BATCH_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "limit: %u is not within 1 and %d", request->limit,
                         CONTACT_BATCH_MAX);
    if (request->hold_s == 0 || request->hold_s > HOLD_S_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "hold_s: %u is not within 1 and %d", request->hold_s,
                         HOLD_S_MAX);
    for (size_t i = 0; i < request->n_channels; i++)
        if ((int)request->channels[i] <= 0 || (int)request->channels[i] >= CHANNEL_END)
            return error_set(err, STATUS_INVALID_ARGUMENT, "channels[%zu]: %d is none that is known", i,
                             (int)request->channels[i]);
    if (strlen(request->dialer) > CODEC_DIALER_MAX_BYTES || !g_utf8_validate(request->dialer, -1, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "dialer: longer than %d bytes, or not UTF-8",
                         CODEC_DIALER_MAX_BYTES);
    return STATUS_OK;
}

/* Each partition once, however often it was named. */
static size_t distinct_partitions(const Dunlin__Contact__V1__ReserveDialListRequest *request,
                                  uint16_t ret_partitions[static PARTITION_COUNT])
{
    bool is_in[PARTITION_COUNT] = {false};
    size_t n = 0;
    for (size_t i = 0; i < request->n_partitions; i++)
        is_in[request->partitions[i]] = true;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (is_in[p])
            ret_partitions[n++] = p;
    return n;
}

/* What the step is for and what is sent, as the SOP has it now; one that is gone from it is only a call to collect. */
static void describe_step(const struct sop *sop, const struct dial_entry *entry, Dunlin__Contact__V1__DialEntry *row)
{
    const struct sop_step *step = plan_step_of(sop, entry->strategy, entry->step);
    row->channel = (Dunlin__Contact__V1__Channel)entry->channel;
    row->purpose =
        step == NULL ? DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION : (Dunlin__Contact__V1__Purpose)step->purpose;
    row->template_ = wire_text(step == NULL ? "" : step->template);
}

static void reply_entries(struct service_call *call, const struct sop *sop, const GArray *entries)
{
    g_autofree Dunlin__Contact__V1__DialEntry *rows = g_new0(Dunlin__Contact__V1__DialEntry, entries->len);
    g_autofree Dunlin__Contact__V1__DialEntry **list = g_new0(Dunlin__Contact__V1__DialEntry *, entries->len);
    g_autofree Dunlin__Contact__V1__HeldPart *parts = g_new0(Dunlin__Contact__V1__HeldPart, entries->len);
    Dunlin__Contact__V1__ReserveDialListReply reply;
    for (guint i = 0; i < entries->len; i++) {
        const struct dial_entry *entry = &g_array_index(entries, struct dial_entry, i);
        dunlin__contact__v1__dial_entry__init(&rows[i]);
        rows[i].account_id = wire_id(&entry->account_id);
        rows[i].contact_point_id = wire_id(&entry->contact_point_id);
        rows[i].debtor_id = wire_id(&entry->debtor_id);
        describe_step(sop, entry, &rows[i]);
        rows[i].priority = (uint32_t)entry->priority;
        rows[i].strategy = wire_text(entry->strategy);
        rows[i].step = wire_text(entry->step);
        rows[i].due_at_us = entry->due_at_us;
        rows[i].held_part = codec_held_part(entry->held_minor, entry->held_currency, &parts[i]);
        list[i] = &rows[i];
    }
    dunlin__contact__v1__reserve_dial_list_reply__init(&reply);
    reply.entries = list;
    reply.n_entries = entries->len;
    service_reply(call, &reply.base);
}

static enum status reserve(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Contact__V1__ReserveDialListRequest *request = (const void *)call->request;
    struct error why = {0};
    if (check_reserve(request, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    uint16_t partitions[PARTITION_COUNT];
    size_t n = distinct_partitions(request, partitions);
    int64_t now_us = unit_now(unit).us;
    g_autoptr(GArray) entries = NULL;
    const struct contact_context *context = unit_context(unit);
    struct contact_reservation wanted = {
        .agency_id = call->agency_id,
        .now_us = now_us,
        .limit = (int32_t)request->limit,
        .until_us = now_us + request->hold_s * US_PER_S,
        .dialer = request->dialer[0] != '\0' ? request->dialer : call->peer,
    };
    wanted.is_wanted[CHANNEL_CALL] = request->n_channels == 0;
    for (size_t i = 0; i < request->n_channels; i++)
        wanted.is_wanted[request->channels[i]] = true;
    enum status st = dial_store_reserve(unit_db(unit), partitions, n, &wanted, &entries, err);
    if (st == STATUS_OK)
        reply_entries(call, context->sop, entries);
    return st;
}

enum status contact_reserve_dial_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++)
        st = reserve(unit, &calls[i], err);
    return st;
}

/* The views of a reply: arrays whose rows the reply points to. */
struct views {
    Dunlin__Contact__V1__ContactPointView *points;
    Dunlin__Contact__V1__ContactPointView **point_list;
    Dunlin__Contact__V1__AttemptView *attempts;
    Dunlin__Contact__V1__AttemptView **attempt_list;
    GPtrArray *zones; /* char **, one a contact point */
};

static void views_fini(struct views *views)
{
    g_free(views->points);
    g_free(views->point_list);
    g_free(views->attempts);
    g_free(views->attempt_list);
    if (views->zones != NULL)
        g_ptr_array_unref(views->zones);
}

static void free_names(gpointer names)
{
    g_strfreev(names);
}

static void view_points(const struct debtor *debtor, struct views *views)
{
    views->points = g_new0(Dunlin__Contact__V1__ContactPointView, debtor->points->len);
    views->point_list = g_new0(Dunlin__Contact__V1__ContactPointView *, debtor->points->len);
    views->zones = g_ptr_array_new_with_free_func(free_names);
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        Dunlin__Contact__V1__ContactPointView *view = views->point_list[i] = &views->points[i];
        char **zones = g_strsplit(point->zones, ",", -1);
        g_ptr_array_add(views->zones, zones);
        dunlin__contact__v1__contact_point_view__init(view);
        view->contact_point_id = wire_id(&point->id);
        view->kind = wire_text(contact_point_kind_name(point->kind));
        view->value = wire_text(point->value);
        view->zones = zones;
        view->n_zones = g_strv_length(zones);
        view->is_opted_out = point->is_opted_out;
        view->is_wrong = point->is_wrong;
        view->is_returned = point->is_returned;
    }
}

static void view_attempts(const GPtrArray *permits, struct views *views)
{
    views->attempts = g_new0(Dunlin__Contact__V1__AttemptView, permits->len);
    views->attempt_list = g_new0(Dunlin__Contact__V1__AttemptView *, permits->len);
    for (guint i = 0; i < permits->len; i++) {
        const struct permit *permit = g_ptr_array_index(permits, i);
        Dunlin__Contact__V1__AttemptView *view = views->attempt_list[i] = &views->attempts[i];
        dunlin__contact__v1__attempt_view__init(view);
        view->permit_id = wire_id(&permit->id);
        view->granted_at_us = permit->granted_at_us;
        view->telephony = (Dunlin__Contact__V1__Telephony)permit->telephony;
        view->party = (Dunlin__Contact__V1__Party)permit->party;
        view->outcome = (Dunlin__Contact__V1__Outcome)permit->outcome;
        view->counts = permit->counts;
        view->is_conversation = permit->is_conversation;
        view->channel = (Dunlin__Contact__V1__Channel)permit->channel;
        view->purpose = (Dunlin__Contact__V1__Purpose)permit->purpose;
        view->delivery = (Dunlin__Contact__V1__Delivery)permit->delivery;
    }
}

static void reply_account(struct service_call *call, const struct account *account, const GPtrArray *permits)
{
    SCOPED(views_fini) struct views views = {0};
    char *holds[HOLD_SET_COUNT];
    Dunlin__Contact__V1__HeldPart part;
    Dunlin__Contact__V1__GetAccountReply reply;
    view_points(account->debtor, &views);
    view_attempts(permits, &views);
    dunlin__contact__v1__get_account_reply__init(&reply);
    reply.account_id = wire_id(&account->id);
    reply.debtor_id = wire_id(&account->debtor->id);
    reply.strategy = wire_text(account->strategy);
    reply.step = wire_text(account->step);
    reply.step_due_at_us = account->step_due_at_us;
    reply.notice_sent_at_us = account->notice_at_us;
    reply.notice_due_at_us = account->notice_due_at_us;
    reply.n_holds = codec_holds(account_holds(account), holds);
    reply.holds = holds;
    reply.held_part = codec_held_part(account_held_minor(account), account->part.currency, &part);
    reply.n_contact_points = account->debtor->points->len;
    reply.contact_points = views.point_list;
    reply.n_attempts = permits->len;
    reply.attempts = views.attempt_list;
    service_reply(call, &reply.base);
}

static enum status get_account(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Contact__V1__GetAccountRequest *request = (const void *)call->request;
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    SCOPED(contact_keys_fini) struct contact_keys keys;
    struct id account_id = {0};
    struct error why = {0};
    contact_keys_init(&keys);
    if (wire_read_id(&request->account_id, "account_id", &account_id, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    contact_keys_add_account(&keys, &account_id);
    enum status st = contact_store_load(unit_db(unit), &keys, CONTACT_WITHOUT_ATTEMPTS, book, err);
    if (st != STATUS_OK)
        return st;
    const struct account *account = contact_find_account(book, &account_id);
    if (account == NULL || !contact_may_concern(call, account->debtor->agency_id)) {
        service_fail(call, STATUS_NOT_FOUND, "account_id: no such account");
        return STATUS_OK;
    }
    g_autoptr(GPtrArray) permits = NULL;
    st = permit_store_recent(unit_db(unit), &account_id, ATTEMPTS_A_REPLY, book, &permits, err);
    if (st == STATUS_OK)
        reply_account(call, account, permits);
    return st;
}

enum status contact_get_account(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++)
        st = get_account(unit, &calls[i], err);
    return st;
}

static void reply_holders(struct service_call *call, const GArray *holders)
{
    const guint n = holders == NULL ? 0 : holders->len;
    g_autofree Dunlin__Contact__V1__NumberHolder *rows = g_new0(Dunlin__Contact__V1__NumberHolder, n);
    g_autofree Dunlin__Contact__V1__NumberHolder **list = g_new0(Dunlin__Contact__V1__NumberHolder *, n);
    Dunlin__Contact__V1__FindNumberReply reply;
    for (guint i = 0; i < n; i++) {
        const struct number_holder *holder = &g_array_index(holders, struct number_holder, i);
        dunlin__contact__v1__number_holder__init(&rows[i]);
        rows[i].contact_point_id = wire_id(&holder->contact_point_id);
        rows[i].debtor_id = wire_id(&holder->debtor_id);
        rows[i].account_id = wire_id(&holder->account_id);
        rows[i].agency_id = holder->agency_id;
        list[i] = &rows[i];
    }
    dunlin__contact__v1__find_number_reply__init(&reply);
    reply.n_holders = n;
    reply.holders = list;
    service_reply(call, &reply.base);
}

enum status contact_find_number(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++) {
        const Dunlin__Contact__V1__FindNumberRequest *request = (const void *)calls[i].request;
        g_autoptr(GArray) holders = NULL;
        int64_t number = 0;
        if (number_parse(request->number, &number))
            st = person_store_find_number(unit_db(unit), number, &holders, err);
        if (st == STATUS_OK)
            reply_holders(&calls[i], holders);
    }
    return st;
}
