#ifndef DUNLIN_TESTS_INTEGRATION_REPORTING_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_REPORTING_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "platform/platform.h"
#include "registry/registry.h"
#include "reporting_service.h"
#include "reporting_sql.h"
#include "service/service_internal.h"
#include "test_database.h"
#include "unit_run.h"

/* Reporting on a real log: what happens is emitted into it, and consumed as a worker does, with leases, cursors and
 * batches of a size of the test's choice, but without threads and sockets. Business time is driven. */

#define FIXTURE_START_DAY 20600 /* 2026-05-27 */

struct fixture {
    struct test_database database;
    struct db *db;    /* as the service's role */
    struct db *owner; /* may tamper */
    struct sop_holder context;
    struct service service;
    struct unit_owner unit_owner;
    struct lease leases[PARTITION_COUNT];
    bool is_epoch_lost;
    int32_t agency_id, other_agency_id;
    struct unit *happening; /* what was emitted and not committed yet */
    char last_error[ERROR_TEXT_MAX];
};

static inline void expect_ok(enum status st, const struct error *err)
{
    if (st != STATUS_OK)
        fail_msg("%s: %s", status_name(st), err->text);
}

static inline void fixture_take_leases(struct fixture *fixture)
{
    uint16_t partitions[PARTITION_COUNT];
    struct lease *leases = NULL;
    struct error err = {0};
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        partitions[p] = p;
    expect_ok(
        lease_take(fixture->db, "reporting", fixture->service.instance.id, partitions, PARTITION_COUNT, &leases, &err),
        &err);
    memcpy(fixture->leases, leases, sizeof(fixture->leases));
    free(leases);
}

static inline int fixture_open(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct error err = {0};
    test_database_open(&fixture->database, "reporting");
    fixture->db = test_database_connect(&fixture->database, "dunlin_reporting");
    fixture->owner = test_database_connect(&fixture->database, NULL);
    expect_ok(db_migrate(fixture->db, "reporting", REPORTING_MIGRATIONS, &err), &err);
    expect_ok(sop_load("deploy/policies/standard.yaml", &fixture->context.sop, &err), &err);
    expect_ok(platform_agency_ensure(fixture->owner, "acme", "Acme", &fixture->agency_id, &err), &err);
    expect_ok(platform_agency_ensure(fixture->owner, "other", "Other", &fixture->other_agency_id, &err), &err);
    fixture->service.spec = &REPORTING_SPEC;
    (void)g_strlcpy(fixture->service.actor, "service:test", sizeof(fixture->service.actor));
    (void)g_strlcpy(fixture->service.instance.id, "reporting-test", sizeof(fixture->service.instance.id));
    fixture->unit_owner = (struct unit_owner){.service = &fixture->service,
                                              .db = fixture->db,
                                              .context = &fixture->context,
                                              .is_epoch_lost = &fixture->is_epoch_lost};
    *state = fixture;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    clock_release();
    unit_run_end(&REPORTING_SPEC);
    sop_free(fixture->context.sop);
    db_closep(&fixture->db);
    db_closep(&fixture->owner);
    test_database_close(&fixture->database);
    free(fixture);
    return 0;
}

/* Before each test: no events, nothing known; business time starts again. */
static inline int fixture_empty(void **state)
{
    struct fixture *fixture = *state;
    test_database_script(fixture->owner,
                         "TRUNCATE log.event, log.cursor, log.parked;"
                         "UPDATE log.head SET next_seq = 1, hash = decode(repeat('00', 32), 'hex');"
                         "TRUNCATE reporting.account, reporting.movement, reporting.timeline, reporting.counter,"
                         "reporting.histogram, reporting.aging, reporting.progress, reporting.rebuild");
    clock_release();
    if (!clock_drive((struct instant){FIXTURE_START_DAY * US_PER_DAY + 9 * US_PER_HOUR}))
        fail_msg("business time cannot be driven");
    fixture_take_leases(fixture);
    return 0;
}

static inline void later(int64_t us)
{
    assert_true(clock_drive((struct instant){clock_now().us + us}));
}

static inline enum status fixture_commit(struct unit *unit, struct error *err)
{
    GArray *publications = NULL, *cursors = NULL;
    const enum status st = unit_commit(&unit, &publications, &cursors, err);
    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < publications->len; i++)
        outgoing_events_free(g_array_index(publications, struct unit_publication, i).events);
    g_array_free(publications, TRUE);
    g_array_free(cursors, TRUE);
    return STATUS_OK;
}

static inline enum status run_unit(struct fixture *fixture, struct unit_run run)
{
    struct error err = {0};
    run.database = &fixture->database;
    run.owner = &fixture->unit_owner;
    run.db = &fixture->db;
    const enum status st = unit_run(&run, &err);
    (void)g_strlcpy(fixture->last_error, err.text, sizeof(fixture->last_error));
    return st;
}

static inline struct unit *fixture_begin(struct fixture *fixture)
{
    struct error err = {0};
    struct unit *unit = unit_begin(&fixture->unit_owner, &err);
    if (!unit)
        fail_msg("%s", err.text);
    return unit;
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
        fixture->happening = fixture_begin(fixture);
    expect_ok(unit_emit(fixture->happening, subject, "user:anna", message, &err), &err);
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
        expect_ok(fixture_commit(unit, &err), &err);
}

static inline const ProtobufCMessageDescriptor *fixture_type(const char *name)
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
    struct unit *unit = unit_begin(&application->fixture->unit_owner, err);
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
static inline enum status fixture_apply(struct fixture *fixture, const struct eventlog_batch *batch)
{
    struct application application = {
        .fixture = fixture, .batch = batch, .events = g_new0(struct service_event, batch->n)};
    for (size_t i = 0; i < batch->n; i++) {
        const struct event *event = &batch->events[i];
        const ProtobufCMessageDescriptor *type = fixture_type(event->type);
        if (type)
            application.events[application.n++] = (struct service_event){
                event, protobuf_c_message_unpack(type, NULL, event->payload_len, event->payload)};
    }
    const struct unit_run run = {.what = batch->events[0].type, .attempt = attempt_apply, .context = &application};
    const enum status st = run_unit(fixture, run);
    for (size_t i = 0; i < application.n; i++)
        protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)application.events[i].message, NULL);
    g_free(application.events);
    return st;
}

/* The next batch: up to `limit` events of each partition. False where there is none. */
static inline bool fixture_read(struct fixture *fixture, int32_t limit, struct eventlog_batch **ret_batch)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t cursors[PARTITION_COUNT];
    struct error err = {0};
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        partitions[p] = p;
        cursors[p] = fixture->leases[p].cursor_seq;
    }
    expect_ok(eventlog_read_many(fixture->db, partitions, cursors, PARTITION_COUNT, limit, ret_batch, &err), &err);
    return (*ret_batch)->n > 0;
}

static inline void consume(struct fixture *fixture, int32_t limit)
{
    settle(fixture);
    for (bool is_more = true; is_more;) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        is_more = fixture_read(fixture, limit, &batch);
        if (is_more && fixture_apply(fixture, batch) != STATUS_OK)
            fail_msg("%s", fixture->last_error);
        for (size_t i = 0; i < batch->n; i++)
            fixture->leases[batch->events[i].partition].cursor_seq = batch->events[i].seq;
    }
}

/* A reply as bytes; g_free. */
struct answer {
    enum status code;
    char text[ERROR_TEXT_MAX];
    uint8_t *body;
    size_t len;
};

struct question {
    struct fixture *fixture;
    service_handler_fn *handle;
    struct service_call call;
    struct service_answer given;
};

static inline enum status attempt_question(void *context, struct error *err)
{
    struct question *question = context;
    service_answer_clear(&question->given);
    struct unit *unit = unit_begin(&question->fixture->unit_owner, err);
    if (!unit)
        return err->code;
    const enum status st = question->handle(unit, &question->call, 1, err);
    if (st == STATUS_OK)
        return fixture_commit(unit, err);
    unit_rollback(unit);
    return st;
}

static inline struct answer ask(struct fixture *fixture, const char *method, const ProtobufCMessage *request)
{
    struct question question = {.fixture = fixture,
                                .call = {.request = request, .role = "operator", .idempotency_key = ""}};
    for (const struct service_method *row = REPORTING_SPEC.methods; row->name; row++)
        if (strcmp(row->name, method) == 0)
            question.handle = row->handle;
    assert_non_null(question.handle);
    question.call.answer = &question.given;
    struct service_answer *given = &question.given;
    const struct unit_run run = {
        .what = method, .attempt = attempt_question, .context = &question, .answers = given, .n_answers = 1};
    const enum status st = run_unit(fixture, run);
    struct answer answer = {.code = st == STATUS_OK ? given->code : st, .len = given->body_len};
    answer.body = TAKE(given->body);
    (void)g_strlcpy(answer.text, given->message ? given->message : fixture->last_error, sizeof(answer.text));
    service_answer_clear(given);
    return answer;
}

static inline struct answer ask_report(struct fixture *fixture, const char *agency, int32_t as_of_days)
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

/* The report of "acme"; owned by the caller: free_reply. `as_of_days` 0: today. */
static inline Dunlin__Reporting__V1__Report *get_report(struct fixture *fixture, int32_t as_of_days)
{
    const struct answer answer = ask_report(fixture, "acme", as_of_days);
    if (answer.code != STATUS_OK)
        fail_msg("%s", answer.text);
    Dunlin__Reporting__V1__Report *report = dunlin__reporting__v1__report__unpack(NULL, answer.len, answer.body);
    g_free(answer.body);
    return report;
}

static inline void free_reply(void *reply)
{
    protobuf_c_message_free_unpacked(reply, NULL);
}

static inline size_t rebuild(struct fixture *fixture)
{
    Dunlin__Reporting__V1__RebuildRequest request;
    dunlin__reporting__v1__rebuild_request__init(&request);
    const struct answer answer = ask(fixture, "Rebuild", &request.base);
    if (answer.code != STATUS_OK)
        fail_msg("%s", answer.text);
    Dunlin__Reporting__V1__RebuildReply *reply =
        dunlin__reporting__v1__rebuild_reply__unpack(NULL, answer.len, answer.body);
    const size_t n = reply->n_partitions;
    free_reply(reply);
    g_free(answer.body);
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

static inline int64_t fixture_number(struct fixture *fixture, const char *sql)
{
    const struct db_statement statement = {"", sql};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};
    expect_ok(db_exec(fixture->owner, &statement, NULL, &result, &err), &err);
    return db_int8(result, 0, 0);
}

static inline ProtobufCBinaryData lend_id(const struct id *id)
{
    return (ProtobufCBinaryData){.len = ID_BYTES, .data = (uint8_t *)(uintptr_t)id->bytes};
}

static inline char *lend_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

#endif
