#include "dialer_jobs.h"

#include <string.h>

#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dialer/v1/dialer.pb-c.h"

#define REQUESTS_MAX   1000
#define HOLD_DEFAULT_S 900
#define HOLD_MAX_S     3600

/* One call to contact on behalf of a job: the part of its request that lives in one partition (or, for dial lists, at
 * one instance). */
struct part {
    struct job *job;
    struct bus_call call;
    ProtobufCMessage *request; /* on the heap with all it points to, in `storage` */
    GPtrArray *storage;        /* g_free */
    GArray *positions;         /* size_t: where its answers stand in the job's reply */
    uint16_t partition;
    char *instance_id; /* dial lists */
    char *idempotency_key;
    char *principal;
    const char *method;
    bool is_query;
};

static void part_free(gpointer data);

struct job *job_new(struct bus_request *request)
{
    struct job *job = g_new0(struct job, 1);
    job->request = request;
    job->parts = g_ptr_array_new_with_free_func(part_free);
    return job;
}

void job_free(struct job *job)
{
    if (!job)
        return;
    g_ptr_array_free(job->parts, TRUE);
    bus_request_free(job->request);
    g_free(job->answer.message);
    g_free(job->answer.body);
    g_free(job->answer.accounts);
    g_free(job);
}

static void part_free(gpointer data)
{
    struct part *part = data;
    if (part->call.reply)
        protobuf_c_message_free_unpacked(part->call.reply, NULL);
    g_ptr_array_free(part->storage, TRUE);
    g_array_free(part->positions, TRUE);
    g_free(part->instance_id);
    g_free(part->idempotency_key);
    g_free(part->principal);
    g_free(part);
}

static gpointer keep(struct part *part, gpointer memory)
{
    g_ptr_array_add(part->storage, memory);
    return memory;
}

static struct part *part_new(struct job *job, const char *method, uint16_t partition)
{
    struct part *part = g_new0(struct part, 1);
    part->job = job;
    part->method = method;
    part->partition = partition;
    part->storage = g_ptr_array_new_with_free_func(g_free);
    part->positions = g_array_new(FALSE, FALSE, sizeof(size_t));
    part->principal = g_strdup_printf("dialer:%s", job->request->peer_name);
    if (job->request->idempotency_key[0] != '\0')
        part->idempotency_key = g_strdup_printf("dialer:%s:%s", job->request->peer_name, job->request->idempotency_key);
    return part;
}

static void fail(struct job *job, enum status code, const char *text)
{
    if (job->answer.code != STATUS_OK)
        return;
    job->answer.code = code;
    job->answer.message = g_strdup(text);
}

static void answer(struct job *job, const ProtobufCMessage *reply)
{
    job->answer.body_len = protobuf_c_message_get_packed_size(reply);
    job->answer.body = g_malloc(job->answer.body_len + 1);
    protobuf_c_message_pack(reply, job->answer.body);
}

static void hold_account(struct job *job, ProtobufCBinaryData account_id)
{
    struct error err = {0};
    struct id id;
    if (id_from_bytes(account_id.data, account_id.len, "account_id", &id, &err) == STATUS_OK)
        job->answer.accounts[job->answer.n_accounts++] = id;
}

static bool partition_of(struct job *job, const char *list, size_t i, const char *field, ProtobufCBinaryData bytes,
                         uint16_t *ret_partition)
{
    char name[80];
    struct error err = {0};
    struct id id;
    g_snprintf(name, sizeof(name), "%s[%zu].%s", list, i, field);
    if (id_from_bytes(bytes.data, bytes.len, name, &id, &err) != STATUS_OK) {
        fail(job, STATUS_INVALID_ARGUMENT, err.text);
        return false;
    }
    *ret_partition = id_partition(&id);
    return true;
}

static bool is_count_valid(struct job *job, const char *list, size_t n)
{
    char text[80];
    if (n >= 1 && n <= REQUESTS_MAX)
        return true;
    g_snprintf(text, sizeof(text), "%s: %zu given, 1 to %d are taken", list, n, REQUESTS_MAX);
    fail(job, STATUS_INVALID_ARGUMENT, text);
    return false;
}

/* Sorts the positions 0 … n-1 of a job's request into one part a partition. */
static void sort_by_partition(struct job *job, const char *method, const uint16_t *partitions, size_t n)
{
    struct part *by_partition[PARTITION_COUNT] = {NULL};
    for (size_t i = 0; i < n; i++) {
        struct part **part = &by_partition[partitions[i]];
        if (!*part) {
            *part = part_new(job, method, partitions[i]);
            g_ptr_array_add(job->parts, *part);
        }
        g_array_append_val((*part)->positions, i);
    }
}

static void fill_permits(struct part *part)
{
    const Dunlin__Dialer__V1__RequestPermitsRequest *asked =
        (const Dunlin__Dialer__V1__RequestPermitsRequest *)part->job->request->body;
    const guint n = part->positions->len;
    Dunlin__Contact__V1__RequestPermitsRequest *request =
        keep(part, g_new(Dunlin__Contact__V1__RequestPermitsRequest, 1));
    Dunlin__Contact__V1__PermitRequest *permits = keep(part, g_new(Dunlin__Contact__V1__PermitRequest, n));
    dunlin__contact__v1__request_permits_request__init(request);
    request->requests = keep(part, g_new(Dunlin__Contact__V1__PermitRequest *, n));
    request->n_requests = n;
    for (guint i = 0; i < n; i++) {
        const Dunlin__Dialer__V1__PermitRequest *each = asked->requests[g_array_index(part->positions, size_t, i)];
        dunlin__contact__v1__permit_request__init(&permits[i]);
        permits[i].account_id = each->account_id;
        permits[i].contact_point_id = each->contact_point_id;
        permits[i].channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
        permits[i].purpose = each->purpose;
        permits[i].campaign = each->campaign;
        permits[i].dialer = part->job->request->peer_name;
        request->requests[i] = &permits[i];
    }
    part->request = &request->base;
}

static void split_permits(struct job *job)
{
    const Dunlin__Dialer__V1__RequestPermitsRequest *asked =
        (const Dunlin__Dialer__V1__RequestPermitsRequest *)job->request->body;
    uint16_t partitions[REQUESTS_MAX];
    if (!is_count_valid(job, "requests", asked->n_requests))
        return;
    for (size_t i = 0; i < asked->n_requests; i++)
        if (!partition_of(job, "requests", i, "account_id", asked->requests[i]->account_id, &partitions[i]))
            return;
    sort_by_partition(job, "RequestPermits", partitions, asked->n_requests);
    for (guint i = 0; i < job->parts->len; i++)
        fill_permits(g_ptr_array_index(job->parts, i));
}

static void fill_reports(struct part *part)
{
    const Dunlin__Dialer__V1__ReportResultsRequest *asked =
        (const Dunlin__Dialer__V1__ReportResultsRequest *)part->job->request->body;
    Dunlin__Contact__V1__ReportAttemptsRequest *request =
        keep(part, g_new(Dunlin__Contact__V1__ReportAttemptsRequest, 1));
    dunlin__contact__v1__report_attempts_request__init(request);
    request->n_reports = part->positions->len;
    request->reports = keep(part, g_new(Dunlin__Contact__V1__AttemptReport *, part->positions->len));
    for (guint i = 0; i < part->positions->len; i++)
        request->reports[i] = asked->reports[g_array_index(part->positions, size_t, i)];
    part->request = &request->base;
    part->is_query = true; /* idempotent by permit: may be sent again without a key */
}

static void split_reports(struct job *job)
{
    const Dunlin__Dialer__V1__ReportResultsRequest *asked =
        (const Dunlin__Dialer__V1__ReportResultsRequest *)job->request->body;
    uint16_t partitions[REQUESTS_MAX];
    if (!is_count_valid(job, "reports", asked->n_reports))
        return;
    for (size_t i = 0; i < asked->n_reports; i++)
        if (!partition_of(job, "reports", i, "permit_id", asked->reports[i]->permit_id, &partitions[i]))
            return;
    sort_by_partition(job, "ReportAttempts", partitions, asked->n_reports);
    for (guint i = 0; i < job->parts->len; i++)
        fill_reports(g_ptr_array_index(job->parts, i));
}

static struct part *dial_list_part(struct job *job, const char *instance_id)
{
    for (guint i = 0; i < job->parts->len; i++) {
        struct part *part = g_ptr_array_index(job->parts, i);
        if (strcmp(part->instance_id, instance_id) == 0)
            return part;
    }
    struct part *part = part_new(job, "ReserveDialList", 0);
    part->instance_id = g_strdup(instance_id);
    part->is_query = true; /* a reservation made twice only holds twice as much for a while */
    g_ptr_array_add(job->parts, part);
    return part;
}

/* Each instance is asked for its share of the list, over the partitions that it owns. */
static void split_dial_list(struct job *job, struct bus_client *client)
{
    const Dunlin__Dialer__V1__FetchDialListRequest *asked =
        (const Dunlin__Dialer__V1__FetchDialListRequest *)job->request->body;
    const struct roster *roster = NULL;
    struct error err = {0};
    if (!is_count_valid(job, "limit", asked->limit))
        return;
    if (asked->hold_s > HOLD_MAX_S) {
        fail(job, STATUS_INVALID_ARGUMENT, "hold_s: at most 3600 seconds");
        return;
    }
    if (bus_client_roster(client, &roster, &err) != STATUS_OK) {
        fail(job, err.code, err.text);
        return;
    }
    for (size_t p = 0; p < PARTITION_COUNT; p++) {
        const struct instance *owner = roster_owner(roster, "contact", (uint16_t)p);
        if (owner)
            g_array_append_val(dial_list_part(job, owner->id)->positions, p);
    }
    const guint n = job->parts->len;
    if (n == 0)
        fail(job, STATUS_UNAVAILABLE, "no instance of 'contact' is serving");
    for (guint i = 0; i < n; i++) {
        struct part *part = g_ptr_array_index(job->parts, i);
        Dunlin__Contact__V1__ReserveDialListRequest *request =
            keep(part, g_new(Dunlin__Contact__V1__ReserveDialListRequest, 1));
        dunlin__contact__v1__reserve_dial_list_request__init(request);
        request->n_partitions = part->positions->len;
        request->partitions = keep(part, g_new(uint32_t, part->positions->len));
        for (guint p = 0; p < part->positions->len; p++)
            request->partitions[p] = (uint32_t)g_array_index(part->positions, size_t, p);
        request->limit = (asked->limit + n - 1) / n;
        request->hold_s = asked->hold_s ? asked->hold_s : HOLD_DEFAULT_S;
        request->dialer = job->request->peer_name;
        part->partition = (uint16_t)request->partitions[0];
        part->request = &request->base;
    }
}

static void split(struct job *job, struct bus_client *client)
{
    const char *method = job->request->method->name;
    if (strcmp(method, "RequestPermits") == 0)
        split_permits(job);
    else if (strcmp(method, "ReportResults") == 0)
        split_reports(job);
    else if (strcmp(method, "FetchDialList") == 0)
        split_dial_list(job, client);
    else
        fail(job, STATUS_UNIMPLEMENTED, "method not served");
}

static const struct part *part_at(const struct job *job, guint i)
{
    return g_ptr_array_index(job->parts, i);
}

static void join_permits(struct job *job)
{
    const Dunlin__Dialer__V1__RequestPermitsRequest *asked =
        (const Dunlin__Dialer__V1__RequestPermitsRequest *)job->request->body;
    Dunlin__Dialer__V1__RequestPermitsReply reply;
    dunlin__dialer__v1__request_permits_reply__init(&reply);
    reply.n_verdicts = asked->n_requests;
    reply.verdicts = g_new0(Dunlin__Contact__V1__PermitVerdict *, asked->n_requests);
    job->answer.accounts = g_new(struct id, asked->n_requests);
    bool is_whole = true;
    for (guint i = 0; i < job->parts->len; i++) {
        const Dunlin__Contact__V1__RequestPermitsReply *got =
            (const Dunlin__Contact__V1__RequestPermitsReply *)part_at(job, i)->call.reply;
        const GArray *positions = part_at(job, i)->positions;
        is_whole = is_whole && got->n_verdicts == positions->len;
        for (guint v = 0; is_whole && v < positions->len; v++) {
            const size_t position = g_array_index(positions, size_t, v);
            reply.verdicts[position] = got->verdicts[v];
            if (got->verdicts[v]->verdict_case == DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT)
                hold_account(job, asked->requests[position]->account_id);
        }
    }
    if (is_whole)
        answer(job, &reply.base);
    else
        fail(job, STATUS_INTERNAL, "contact answered fewer requests than it was asked");
    g_free(reply.verdicts);
}

static void join_reports(struct job *job)
{
    const Dunlin__Dialer__V1__ReportResultsRequest *asked =
        (const Dunlin__Dialer__V1__ReportResultsRequest *)job->request->body;
    Dunlin__Dialer__V1__ReportResultsReply reply;
    dunlin__dialer__v1__report_results_reply__init(&reply);
    reply.n_results = asked->n_reports;
    reply.results = g_new0(Dunlin__Contact__V1__AttemptResult *, asked->n_reports);
    bool is_whole = true;
    for (guint i = 0; i < job->parts->len; i++) {
        const Dunlin__Contact__V1__ReportAttemptsReply *got =
            (const Dunlin__Contact__V1__ReportAttemptsReply *)part_at(job, i)->call.reply;
        const GArray *positions = part_at(job, i)->positions;
        is_whole = is_whole && got->n_results == positions->len;
        for (guint r = 0; is_whole && r < positions->len; r++)
            reply.results[g_array_index(positions, size_t, r)] = got->results[r];
    }
    if (is_whole)
        answer(job, &reply.base);
    else
        fail(job, STATUS_INTERNAL, "contact answered fewer reports than it was given");
    g_free(reply.results);
}

/* Best first: priority, then who has waited longest. */
static gint compare_entries(gconstpointer a, gconstpointer b)
{
    const Dunlin__Contact__V1__DialEntry *x = *(Dunlin__Contact__V1__DialEntry *const *)a;
    const Dunlin__Contact__V1__DialEntry *y = *(Dunlin__Contact__V1__DialEntry *const *)b;
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return x->due_at_us < y->due_at_us ? -1 : x->due_at_us > y->due_at_us;
}

static void join_dial_list(struct job *job)
{
    GPtrArray *entries = g_ptr_array_new();
    for (guint i = 0; i < job->parts->len; i++) {
        const Dunlin__Contact__V1__ReserveDialListReply *got =
            (const Dunlin__Contact__V1__ReserveDialListReply *)part_at(job, i)->call.reply;
        for (size_t e = 0; e < got->n_entries; e++)
            g_ptr_array_add(entries, got->entries[e]);
    }
    g_ptr_array_sort(entries, compare_entries);
    Dunlin__Dialer__V1__FetchDialListReply reply;
    dunlin__dialer__v1__fetch_dial_list_reply__init(&reply);
    reply.n_entries = entries->len;
    reply.entries = (Dunlin__Contact__V1__DialEntry **)(void *)entries->pdata;
    job->answer.accounts = g_new(struct id, entries->len + 1);
    for (guint e = 0; e < entries->len; e++)
        hold_account(job, reply.entries[e]->account_id);
    answer(job, &reply.base);
    g_ptr_array_free(entries, TRUE);
}

static void join(struct job *job)
{
    for (guint i = 0; i < job->parts->len; i++)
        if (part_at(job, i)->call.code != STATUS_OK)
            fail(job, part_at(job, i)->call.code, part_at(job, i)->call.error.text);
    if (job->answer.code != STATUS_OK)
        return;
    const char *method = job->request->method->name;
    if (strcmp(method, "RequestPermits") == 0)
        join_permits(job);
    else if (strcmp(method, "ReportResults") == 0)
        join_reports(job);
    else
        join_dial_list(job);
}

static struct bus_call call_of(struct part *part)
{
    return (struct bus_call){.service = &dunlin__contact__v1__contact_service__descriptor,
                             .method = part->method,
                             .request = part->request,
                             .route = part->instance_id ? BUS_ROUTE_INSTANCE : BUS_ROUTE_PARTITION,
                             .partition = part->partition,
                             .instance_id = part->instance_id,
                             .idempotency_key = part->idempotency_key,
                             .principal = part->principal,
                             .agency_id = part->job->request->agency_id,
                             .traceparent = part->job->request->traceparent,
                             .is_query = part->is_query,
                             .context = part->job};
}

bool job_begin(struct job *job, struct bus_client *client, struct bus_calls *calls, int64_t timeout_ms)
{
    split(job, client);
    if (job->answer.code != STATUS_OK)
        return false;
    timeout_ms = MIN(timeout_ms, MAX(clock_remaining_ms(job->request->deadline), 1));
    job->n_open = job->parts->len;
    for (guint i = 0; i < job->parts->len; i++) {
        struct part *part = g_ptr_array_index(job->parts, i);
        part->call = call_of(part);
        bus_calls_add(calls, &part->call, timeout_ms);
    }
    return true;
}

struct job *job_take(struct bus_call *call)
{
    struct job *job = call->context;
    if (--job->n_open > 0)
        return NULL;
    join(job);
    return job;
}

void job_refuse(struct job *job, enum status code, const char *text)
{
    fail(job, code, text);
}
