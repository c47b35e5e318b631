#ifndef DUNLIN_TESTS_INTEGRATION_REPORTING_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_REPORTING_FIXTURE_H

#include "unit_fixture.h"

#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "platform/platform.h"
#include "registry/registry.h"
#include "reporting_service.h"

/* Reporting on a real log: what happens is emitted into it, and consumed as a worker does, with leases, cursors and
 * batches of a size of the test's choice. Business time is driven. */

struct fixture {
    struct unit_fixture *unit;
    struct db *owner; /* unit's */
    struct policy_holder context;
    struct lease leases[PARTITION_COUNT];
    bool is_epoch_lost;
    int32_t agency_id, other_agency_id;
    struct unit *happening; /* what was emitted and not committed yet */
};

static inline void take_leases(struct fixture *fixture)
{
    uint16_t partitions[PARTITION_COUNT];
    struct lease *leases = NULL;
    struct error err = {0};
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        partitions[p] = p;
    must(lease_take(fixture->unit->db, "reporting", fixture->unit->service.instance.id, partitions, PARTITION_COUNT,
                    &leases, &err),
         &err);
    memcpy(fixture->leases, leases, sizeof(fixture->leases));
    free(leases);
}

static inline int reporting_open(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct error err = {0};
    void *unit = NULL;
    (void)fixture_open_undriven(&unit, &REPORTING_SPEC, &fixture->context);
    fixture->unit = unit;
    fixture->owner = fixture->unit->owner;
    fixture->unit->unit_owner.is_epoch_lost = &fixture->is_epoch_lost;
    must(sop_load("deploy/policies/standard.yaml", &fixture->context.sop, &err), &err);
    must(platform_agency_ensure(fixture->owner, "acme", "Acme", &fixture->agency_id, &err), &err);
    must(platform_agency_ensure(fixture->owner, "other", "Other", &fixture->other_agency_id, &err), &err);
    *state = fixture;
    return 0;
}

static inline int reporting_close(void **state)
{
    struct fixture *fixture = *state;
    void *unit = fixture->unit;
    (void)fixture_close(&unit);
    sop_free(fixture->context.sop);
    free(fixture);
    return 0;
}

/* Before each test: no events, nothing known; business time starts again. */
static inline int reporting_empty(void **state)
{
    struct fixture *fixture = *state;
    fixture_empty(fixture->unit, "reporting.account, reporting.movement, reporting.timeline, reporting.counter, "
                                 "reporting.histogram, reporting.aging, reporting.progress, reporting.rebuild");
    clock_release();
    assert_true(clock_drive((struct instant){FIXTURE_TODAY * US_PER_DAY + 9 * US_PER_HOUR}));
    take_leases(fixture);
    return 0;
}

static inline void later(int64_t us)
{
    assert_true(clock_drive((struct instant){clock_now().us + us}));
}

/* An account and its debtor. */
struct party {
    struct id account, debtor;
    int32_t agency_id;
};

static inline struct party party_of(const struct fixture *fixture, uint16_t partition, const char *name)
{
    const struct id debtor = id_derive_root(partition, "debtor", name, strlen(name));
    return (struct party){
        .account = id_derive(&debtor, "account", NULL, 0), .debtor = debtor, .agency_id = fixture->agency_id};
}

/* Emits the event at this business time; those of one moment are appended together by `settle`. */
static inline void happen_to(struct fixture *fixture, const struct subject *subject, const ProtobufCMessage *message)
{
    struct error err = {0};
    if (!fixture->happening)
        fixture->happening = fixture_begin(fixture->unit);
    must(unit_emit(fixture->happening, subject, "user:anna", message, &err), &err);
}

static inline void happen(struct fixture *fixture, const struct party *party, const ProtobufCMessage *message)
{
    const struct subject subject = {
        .agency_id = party->agency_id, .debtor_id = party->debtor, .account_id = party->account};
    happen_to(fixture, &subject, message);
}

static inline void settle(struct fixture *fixture)
{
    struct unit *unit = TAKE(fixture->happening);
    struct error err = {0};
    if (unit)
        must(fixture_commit(unit, &err), &err);
}

static inline const ProtobufCMessageDescriptor *type_of(const char *name)
{
    for (const ProtobufCMessageDescriptor *const *type = REPORTING_CONSUMED; *type; type++)
        if (strcmp((*type)->name, name) == 0)
            return *type;
    return NULL;
}

struct application {
    struct fixture *fixture;
    const struct eventlog_batch *batch;
    struct service_event *events;
    size_t n;
};

static inline enum status attempt_apply(void *context, struct error *err)
{
    const struct application *application = context;
    const struct eventlog_batch *batch = application->batch;
    struct unit *unit = unit_begin(&application->fixture->unit->unit_owner, err);
    if (!unit)
        return err->code;
    for (size_t i = 0; i < batch->n; i++)
        unit_move_cursor(unit, batch->events[i].partition,
                         application->fixture->leases[batch->events[i].partition].epoch, batch->events[i].seq);
    const enum status st = REPORTING_SPEC.apply(unit, application->events, application->n, err);
    if (st == STATUS_OK)
        return fixture_commit(unit, err);
    unit_rollback(unit);
    return st;
}

/* Applies in one unit what of the batch is of interest, and moves the cursors over all of it. */
static inline enum status apply_batch(struct fixture *fixture, const struct eventlog_batch *batch)
{
    struct application application = {
        .fixture = fixture, .batch = batch, .events = g_new0(struct service_event, batch->n)};
    for (size_t i = 0; i < batch->n; i++) {
        const struct event *event = &batch->events[i];
        const ProtobufCMessageDescriptor *type = type_of(event->type);
        if (type)
            application.events[application.n++] = (struct service_event){
                event, protobuf_c_message_unpack(type, NULL, event->payload_len, event->payload)};
    }
    const struct unit_run run = {.what = batch->events[0].type, .attempt = attempt_apply, .context = &application};
    const enum status st = fixture_run(fixture->unit, run);
    for (size_t i = 0; i < application.n; i++)
        protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)application.events[i].message, NULL);
    g_free(application.events);
    return st;
}

/* The next batch: up to `limit` events of each partition. False where there is none. */
static inline bool read_batch(struct fixture *fixture, int32_t limit, struct eventlog_batch **ret_batch)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t cursors[PARTITION_COUNT];
    struct error err = {0};
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        partitions[p] = p;
        cursors[p] = fixture->leases[p].cursor_seq;
    }
    must(eventlog_read_many(fixture->unit->db, partitions, cursors, PARTITION_COUNT, limit, ret_batch, &err), &err);
    return (*ret_batch)->n > 0;
}

static inline void consume(struct fixture *fixture, int32_t limit)
{
    settle(fixture);
    for (bool is_more = true; is_more;) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        is_more = read_batch(fixture, limit, &batch);
        if (is_more && apply_batch(fixture, batch) != STATUS_OK)
            fail_msg("%s", fixture->unit->last_error);
        for (size_t i = 0; i < batch->n; i++)
            fixture->leases[batch->events[i].partition].cursor_seq = batch->events[i].seq;
    }
}

static inline struct fixture_answer ask(struct fixture *fixture, const char *method, const ProtobufCMessage *request)
{
    struct fixture_answer answer;
    fixture_call_many(fixture->unit, method, &request, 1, &answer);
    return answer;
}

static inline struct fixture_answer ask_report(struct fixture *fixture, const char *agency, int32_t as_of_days)
{
    Dunlin__Reporting__V1__GetReportRequest request;
    dunlin__reporting__v1__get_report_request__init(&request);
    request.agency = (char *)(uintptr_t)agency;
    if (as_of_days != 0) {
        request.as_of_presence_case = DUNLIN__REPORTING__V1__GET_REPORT_REQUEST__AS_OF_PRESENCE_AS_OF_DAYS;
        request.as_of_days = as_of_days;
    }
    return ask(fixture, "GetReport", &request.base);
}

/* The report of "acme"; owned by the caller: fixture_free_reply. `as_of_days` 0: today. */
static inline Dunlin__Reporting__V1__Report *get_report(struct fixture *fixture, int32_t as_of_days)
{
    const struct fixture_answer answer = ask_report(fixture, "acme", as_of_days);
    if (answer.code != STATUS_OK)
        fail_msg("%s", answer.text);
    return (Dunlin__Reporting__V1__Report *)answer.reply;
}

/* Byte for byte; frees both. */
static inline void expect_same_reply(struct fixture_answer a, struct fixture_answer b)
{
    assert_non_null(a.reply);
    assert_non_null(b.reply);
    const size_t len = protobuf_c_message_get_packed_size(a.reply);
    assert_int_equal(protobuf_c_message_get_packed_size(b.reply), len);
    g_autofree uint8_t *bytes = g_malloc(2 * len + 1);
    (void)protobuf_c_message_pack(a.reply, bytes);
    (void)protobuf_c_message_pack(b.reply, bytes + len);
    assert_memory_equal(bytes, bytes + len, len);
    fixture_free_reply(a.reply);
    fixture_free_reply(b.reply);
}

static inline size_t rebuild(struct fixture *fixture)
{
    Dunlin__Reporting__V1__RebuildRequest request;
    dunlin__reporting__v1__rebuild_request__init(&request);
    Dunlin__Reporting__V1__RebuildReply *reply = fixture_call(fixture->unit, "Rebuild", &request.base, STATUS_OK);
    const size_t n = reply->n_partitions;
    fixture_free_reply(reply);
    return n;
}

/* The value of a KPI as numerator and denominator. */
static inline void expect_kpi(const Dunlin__Reporting__V1__Report *report, const char *name, const char *currency,
                              int64_t numerator, int64_t denominator)
{
    for (size_t i = 0; i < report->n_kpis; i++) {
        const Dunlin__Reporting__V1__Kpi *kpi = report->kpis[i];
        if (strcmp(kpi->name, name) != 0 || strcmp(kpi->currency, currency) != 0)
            continue;
        if (kpi->numerator != numerator || kpi->denominator != denominator)
            fail_msg("%s %s is %lld / %lld, not %lld / %lld", name, currency, (long long)kpi->numerator,
                     (long long)kpi->denominator, (long long)numerator, (long long)denominator);
        return;
    }
    fail_msg("no KPI %s %s", name, currency);
}

#endif
