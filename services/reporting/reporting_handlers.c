#include <stdlib.h>

#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "platform/platform.h"
#include "reporting_rates.h"
#include "reporting_report.h"
#include "reporting_service.h"
#include "reporting_store.h"
#include "reporting_timeline.h"
#include "service/wire.h"

/* At some 300 bytes an entry a reply of 5,000 stays far below the bus' 4 MiB. */
#define TIMELINE_ENTRIES_MAX 5000
#define TIMELINE_READ_EVENTS 500

/* What a query can say of a call without giving the whole unit up: the caller asked for something that is not there. */
static enum status answer_or_fail(struct service_call *call, enum status st, const struct error *err)
{
    if (st != STATUS_NOT_FOUND && st != STATUS_INVALID_ARGUMENT)
        return st;
    service_fail_error(call, err);
    return STATUS_OK;
}

static enum status get_report(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Reporting__V1__GetReportRequest *request =
        (const Dunlin__Reporting__V1__GetReportRequest *)call->request;
    const struct policy_holder *policy = unit_context(unit);
    const bool has_day =
        request->as_of_presence_case == DUNLIN__REPORTING__V1__GET_REPORT_REQUEST__AS_OF_PRESENCE_AS_OF_DAYS;
    const int32_t as_of_days = has_day ? request->as_of_days : day_of_us(unit_now(unit).us);
    SCOPED(figures_freep) struct figures *figures = NULL;
    struct agency agency;
    if (request->agency[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "agency: empty");
    /* years 1900 to 2199, as everywhere: days past due cannot overflow */
    if (as_of_days < -25567 || as_of_days > 84005)
        return error_set(err, STATUS_INVALID_ARGUMENT, "as_of_days: day %d is not between 1900 and 2199", as_of_days);
    enum status st = platform_agency_by_slug(unit_db(unit), request->agency, &agency, err);
    if (st == STATUS_OK)
        st = store_read_figures(unit_db(unit), agency.agency_id, as_of_days, &figures, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(report_freep) struct report *report = report_new(figures, policy->sop, agency.slug, as_of_days);
    service_reply(call, &report->message.base);
    return STATUS_OK;
}

enum status reporting_get_report(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = answer_or_fail(&calls[i], get_report(unit, &calls[i], err), err);
    return st;
}

/* Whoever asks at the same moment gets the same answer: it is thrown away once. */
enum status reporting_rebuild(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    uint16_t partitions[PARTITION_COUNT];
    uint32_t wire_partitions[PARTITION_COUNT];
    size_t n = 0;
    enum status st = unit_rewind(unit, partitions, &n, err);
    if (st == STATUS_OK && n > 0)
        st = store_delete_models(unit_db(unit), partitions, n, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        wire_partitions[i] = partitions[i];
    Dunlin__Reporting__V1__RebuildReply reply;
    dunlin__reporting__v1__rebuild_reply__init(&reply);
    reply.n_partitions = n;
    reply.partitions = wire_partitions;
    for (size_t i = 0; i < n_calls; i++)
        service_reply(&calls[i], &reply.base);
    return STATUS_OK;
}

static void entry_free(gpointer data)
{
    Dunlin__Reporting__V1__TimelineEntry *entry = data;
    g_free(entry->type);
    g_free(entry->text);
    g_free(entry->actor);
    g_free(entry);
}

static void add_entry(GPtrArray *entries, const struct event *event)
{
    Dunlin__Reporting__V1__TimelineEntry *entry = g_new0(Dunlin__Reporting__V1__TimelineEntry, 1);
    GString *text = g_string_new(NULL);
    dunlin__reporting__v1__timeline_entry__init(entry);
    timeline_say(event, text);
    entry->seq = event->seq;
    entry->occurred_at_us = event->occurred_at_us;
    entry->type = g_strdup(event->type);
    entry->actor = g_strdup(event->actor);
    entry->text = g_string_free(text, FALSE);
    g_ptr_array_add(entries, entry);
}

/* Some events by their numbers, in one round trip: of each number's predecessor the next one. */
static enum status read_events(struct db *db, uint16_t partition, const int64_t *seqs, size_t n, GPtrArray *entries,
                               struct error *err)
{
    uint16_t partitions[TIMELINE_READ_EVENTS];
    int64_t before[TIMELINE_READ_EVENTS];
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    for (size_t i = 0; i < n; i++) {
        partitions[i] = partition;
        before[i] = seqs[i] - 1;
    }
    const enum status st = eventlog_read_many(db, partitions, before, n, 1, &batch, err);
    for (size_t i = 0; st == STATUS_OK && i < batch->n; i++)
        add_entry(entries, &batch->events[i]);
    return st;
}

static enum status read_entries(struct db *db, const struct account *account, GPtrArray *entries, struct error *err)
{
    GArray *seqs = NULL;
    enum status st = store_read_timeline(db, account, TIMELINE_ENTRIES_MAX, &seqs, err);
    if (st != STATUS_OK)
        return st;
    for (guint from = 0; from < seqs->len && st == STATUS_OK; from += TIMELINE_READ_EVENTS)
        st = read_events(db, id_partition(&account->account_id), &g_array_index(seqs, int64_t, from),
                         MIN(TIMELINE_READ_EVENTS, seqs->len - from), entries, err);
    g_array_free(seqs, TRUE);
    return st;
}

static enum status get_timeline(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Reporting__V1__GetTimelineRequest *request =
        (const Dunlin__Reporting__V1__GetTimelineRequest *)call->request;
    struct account *account = NULL;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        st = store_read_account(unit_db(unit), &account_id, &account, err);
    if (st != STATUS_OK)
        return st;
    GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);
    st = read_entries(unit_db(unit), account, entries, err);
    if (st == STATUS_OK) {
        Dunlin__Reporting__V1__Timeline reply;
        dunlin__reporting__v1__timeline__init(&reply);
        reply.account_id = request->account_id;
        reply.n_entries = entries->len;
        reply.entries = (Dunlin__Reporting__V1__TimelineEntry **)(void *)entries->pdata;
        service_reply(call, &reply.base);
    }
    g_ptr_array_free(entries, TRUE);
    account_free(account);
    return st;
}

enum status reporting_get_timeline(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = answer_or_fail(&calls[i], get_timeline(unit, &calls[i], err), err);
    return st;
}

static enum status read_rates(const Dunlin__Reporting__V1__GetRatesRequest *request, struct rate_question *ret_question,
                              struct error *err)
{
    if (request->agency[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "agency: empty");
    if ((int)request->by < RATE_BY_CLIENT || (int)request->by >= RATE_BY_END)
        return error_set(err, STATUS_INVALID_ARGUMENT, "by: %d is none of client, collector, campaign",
                         (int)request->by);
    *ret_question = (struct rate_question){
        .by = (enum rate_by)request->by, .from_month = request->from_month, .to_month = request->to_month};
    if (!rate_month_is_valid(request->from_month))
        return error_set(err, STATUS_INVALID_ARGUMENT, "from_month: no month like 2026-06");
    if (!rate_month_is_valid(request->to_month))
        return error_set(err, STATUS_INVALID_ARGUMENT, "to_month: no month like 2026-06");
    return STATUS_OK;
}

static void reply_rates(struct service_call *call, const GArray *rates)
{
    Dunlin__Reporting__V1__GetRatesReply reply;
    g_autofree Dunlin__Reporting__V1__Rate *wire = g_new(Dunlin__Reporting__V1__Rate, rates->len);
    g_autofree Dunlin__Reporting__V1__Rate **list = g_new(Dunlin__Reporting__V1__Rate *, rates->len);
    dunlin__reporting__v1__get_rates_reply__init(&reply);
    for (guint i = 0; i < rates->len; i++) {
        const struct frequency *rate = &g_array_index(rates, struct frequency, i);
        dunlin__reporting__v1__rate__init(&wire[i]);
        wire[i].name = wire_text(rate->name);
        wire[i].disputes = rate->disputes;
        wire[i].complaints = rate->complaints;
        wire[i].out_of = rate->out_of;
        wire[i].disputes_per_1000 = rate_per_1000(rate->disputes, rate->out_of);
        wire[i].complaints_per_1000 = rate_per_1000(rate->complaints, rate->out_of);
        list[i] = &wire[i];
    }
    reply.n_rates = rates->len;
    reply.rates = list;
    service_reply(call, &reply.base);
}

static enum status get_rates(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Reporting__V1__GetRatesRequest *request =
        (const Dunlin__Reporting__V1__GetRatesRequest *)call->request;
    SCOPED(figures_freep) struct figures *figures = NULL;
    struct rate_question question;
    struct agency agency;
    enum status st = read_rates(request, &question, err);
    if (st == STATUS_OK)
        st = platform_agency_by_slug(unit_db(unit), request->agency, &agency, err);
    if (st == STATUS_OK)
        st = store_read_figures(unit_db(unit), agency.agency_id, day_of_us(unit_now(unit).us), &figures, err);
    if (st != STATUS_OK)
        return st;
    g_autoptr(GArray) rates = rates_of(figures, &question);
    reply_rates(call, rates);
    return STATUS_OK;
}

enum status reporting_get_rates(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = answer_or_fail(&calls[i], get_rates(unit, &calls[i], err), err);
    return st;
}
