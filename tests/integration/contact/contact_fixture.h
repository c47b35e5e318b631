#ifndef DUNLIN_TESTS_INTEGRATION_CONTACT_CONTACT_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_CONTACT_CONTACT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/calendar.h"
#include "contact_events.h"
#include "contact_service.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "permit_model.h"
#include "service/service_internal.h"
#include "test_database.h"

/* The contact service's handlers in real units of work on a real PostgreSQL, without threads and sockets: what a worker
 * does between two messages. Business time is driven. */

#define PARTITION 9
#define AGENCY    1

struct fixture {
    struct test_database database;
    struct db *db; /* as the service's role */
    struct contact_context context;
    struct service service;
    struct unit_owner owner;
    int64_t read_seq; /* of the last emitted event that a test has looked at */
    char last_error[ERROR_TEXT_MAX];
};

static inline struct instant at(const char *text)
{
    struct instant instant = {0};
    struct error err = {0};
    if (instant_parse(text, &instant, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return instant;
}

static inline void drive(const char *text)
{
    assert_true(clock_drive(at(text)));
}

static inline struct id named(const char *name)
{
    return id_derive_root(PARTITION, "test", name, strlen(name));
}

static inline ProtobufCBinaryData lend_id(const struct id *id)
{
    return (ProtobufCBinaryData){.len = ID_BYTES, .data = (uint8_t *)(uintptr_t)id->bytes};
}

static inline char *lend_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

static inline int fixture_open(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct error err = {0};
    test_database_open(&fixture->database, "contact");
    fixture->db = test_database_connect(&fixture->database, "dunlin_contact");
    if (db_migrate(fixture->db, "contact", CONTACT_SPEC.migrations, &err) != STATUS_OK ||
        sop_load("deploy/policies/standard.yaml", &fixture->context.sop, &err) != STATUS_OK ||
        rulebook_load("deploy/rules/us-federal.yaml", &fixture->context.rulebook, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    fixture->context.blocking_holds = permit_blocking_holds(fixture->context.rulebook);
    fixture->context.permit_valid_us = 60 * US_PER_S;
    fixture->context.report_grace_us = US_PER_HOUR;
    fixture->context.retry_us = US_PER_HOUR;
    fixture->service.spec = &CONTACT_SPEC;
    g_strlcpy(fixture->service.actor, "service:contact", sizeof(fixture->service.actor));
    fixture->owner = (struct unit_owner){.service = &fixture->service, .db = fixture->db, .context = &fixture->context};
    *state = fixture;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    clock_release();
    sop_free(fixture->context.sop);
    rulebook_free(fixture->context.rulebook);
    db_closep(&fixture->db);
    test_database_close(&fixture->database);
    free(fixture);
    return 0;
}

/* --- units --- */

/* Begins at the head, as decisions do. */
static inline struct unit *begin(struct fixture *fixture)
{
    static const uint16_t partition = PARTITION;
    struct error err = {0};
    struct unit *unit = unit_begin(&fixture->owner, &err);
    if (unit == NULL || unit_lock_heads(unit, &partition, 1, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return unit;
}

static inline enum status end(struct fixture *fixture, struct unit *unit, enum status st, struct error *err)
{
    GArray *publications = NULL;
    GArray *cursors = NULL;
    if (st != STATUS_OK)
        unit_rollback(unit);
    else
        st = unit_commit(&unit, &publications, &cursors, err);
    g_strlcpy(fixture->last_error, st == STATUS_OK ? "" : err->text, sizeof(fixture->last_error));
    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < publications->len; i++)
        outgoing_events_free(g_array_index(publications, struct unit_publication, i).events);
    g_array_free(publications, TRUE);
    g_array_free(cursors, TRUE);
    return STATUS_OK;
}

/* --- events in --- */

struct incoming_event {
    const ProtobufCMessage *message;
    struct id debtor_id, account_id;
};

/* Applies n events as one batch. */
static inline enum status apply(struct fixture *fixture, const struct incoming_event *incoming, size_t n)
{
    struct event *events = g_new0(struct event, n);
    struct service_event *batch = g_new0(struct service_event, n);
    struct error err = {0};
    for (size_t i = 0; i < n; i++) {
        events[i] = (struct event){
            .partition = PARTITION,
            .occurred_at_us = clock_now().us,
            .agency_id = AGENCY,
            .debtor_id = incoming[i].debtor_id,
            .account_id = incoming[i].account_id,
            .type = incoming[i].message->descriptor->name,
        };
        batch[i] = (struct service_event){&events[i], incoming[i].message};
    }
    struct unit *unit = begin(fixture);
    enum status st = end(fixture, unit, contact_apply(unit, batch, n, &err), &err);
    g_free(events);
    g_free(batch);
    return st;
}

static inline void apply_ok(struct fixture *fixture, const ProtobufCMessage *message, const char *debtor,
                            const char *account)
{
    const struct incoming_event incoming = {message, named(debtor), named(account)};
    if (apply(fixture, &incoming, 1) != STATUS_OK)
        fail_msg("%s: %s", message->descriptor->name, fixture->last_error);
}

/* An account with one phone of its own, "<account>-phone", and the debtor's, "<debtor>-phone", both in New York. */
static inline void place(struct fixture *fixture, const char *debtor, const char *account)
{
    Dunlin__Intake__V1__AccountPlaced placed;
    Dunlin__Intake__V1__ContactPoint points[2];
    Dunlin__Intake__V1__ContactPoint *list[2] = {&points[0], &points[1]};
    char *zones[] = {lend_text("America/New_York")};
    struct id ids[2];
    const char *of[] = {debtor, account};
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *name = g_strconcat(of[i], "-phone", NULL);
        ids[i] = named(name);
        dunlin__intake__v1__contact_point__init(&points[i]);
        points[i].contact_point_id = lend_id(&ids[i]);
        points[i].kind = DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_PHONE;
        points[i].value = lend_text("+12125550100");
        points[i].zones = zones;
        points[i].n_zones = 1;
    }
    dunlin__intake__v1__account_placed__init(&placed);
    placed.balance_minor = 10000;
    placed.due_on_days = (int32_t)(clock_now().us / US_PER_DAY) - 10;
    placed.placed_at_us = clock_now().us;
    placed.contact_points = list;
    placed.n_contact_points = 2;
    apply_ok(fixture, &placed.base, debtor, account);
}

static inline void classify(struct fixture *fixture, const char *debtor, const char *account, const char *strategy,
                            uint32_t priority)
{
    Dunlin__Classification__V1__AccountClassified classified;
    dunlin__classification__v1__account_classified__init(&classified);
    classified.strategy = lend_text(strategy);
    classified.priority = priority;
    apply_ok(fixture, &classified.base, debtor, account);
}

/* --- commands --- */

static inline service_handler_fn *handler_of(const char *method)
{
    for (const struct service_method *row = CONTACT_SPEC.methods; row->name != NULL; row++)
        if (strcmp(row->name, method) == 0)
            return row->handle;
    fail_msg("no method %s", method);
    return NULL;
}

/* One call in one unit; the reply is owned by the caller (free_reply), NULL where it was refused. */
static inline void *call_as(struct fixture *fixture, const char *role, const char *method,
                            const ProtobufCMessage *request, enum status expected)
{
    const ProtobufCMethodDescriptor *descriptor =
        protobuf_c_service_descriptor_get_method_by_name(CONTACT_SPEC.rpc, method);
    struct service_answer answer = {0};
    struct service_call call = {
        .request = request,
        .partition = PARTITION,
        .peer = "acme",
        .role = role,
        .principal = "",
        .idempotency_key = "",
        .traceparent = "",
        .answer = &answer,
    };
    struct error err = {0};
    struct unit *unit = begin(fixture);
    enum status st = end(fixture, unit, handler_of(method)(unit, &call, 1, &err), &err);
    if (st != STATUS_OK)
        fail_msg("%s: %s", method, fixture->last_error);
    assert_true(answer.is_given);
    if (answer.code != expected)
        fail_msg("%s: %s '%s', not %s", method, status_name(answer.code), answer.message, status_name(expected));
    g_strlcpy(fixture->last_error, answer.message == NULL ? "" : answer.message, sizeof(fixture->last_error));
    void *reply = answer.code == STATUS_OK
                      ? protobuf_c_message_unpack(descriptor->output, NULL, answer.body_len, answer.body)
                      : NULL;
    service_answer_clear(&answer);
    return reply;
}

static inline void free_reply(void *reply)
{
    protobuf_c_message_free_unpacked(reply, NULL);
}

/* Asks n times for the same account and phone in one call. */
static inline Dunlin__Contact__V1__RequestPermitsReply *ask(struct fixture *fixture, const char *method,
                                                            const char *account, const char *phone, size_t n)
{
    const struct id account_id = named(account);
    const struct id phone_id = named(phone);
    Dunlin__Contact__V1__RequestPermitsRequest request;
    Dunlin__Contact__V1__PermitRequest permits[16];
    Dunlin__Contact__V1__PermitRequest *list[16];
    assert_true(n <= 16);
    for (size_t i = 0; i < n; i++) {
        dunlin__contact__v1__permit_request__init(&permits[i]);
        permits[i].account_id = lend_id(&account_id);
        permits[i].contact_point_id = lend_id(&phone_id);
        permits[i].channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
        permits[i].purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
        list[i] = &permits[i];
    }
    dunlin__contact__v1__request_permits_request__init(&request);
    request.requests = list;
    request.n_requests = n;
    return call_as(fixture, "dialer", method, &request.base, STATUS_OK);
}

static inline bool is_permit(const Dunlin__Contact__V1__PermitVerdict *verdict)
{
    return verdict->verdict_case == DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT;
}

/* Asks once and expects a permit. */
static inline struct id permit(struct fixture *fixture, const char *account, const char *phone)
{
    struct id id = {0};
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "RequestPermits", account, phone, 1);
    if (!is_permit(reply->verdicts[0]))
        fail_msg("refused: %s", reply->verdicts[0]->refusal->hits[0]->rule);
    assert_int_equal(id_from_bytes(reply->verdicts[0]->permit->permit_id.data,
                                   reply->verdicts[0]->permit->permit_id.len, "permit_id", &id, NULL),
                     STATUS_OK);
    free_reply(reply);
    return id;
}

/* Asks once and expects a refusal whose first rule is this. */
static inline void refused(struct fixture *fixture, const char *account, const char *phone, const char *rule)
{
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "RequestPermits", account, phone, 1);
    assert_false(is_permit(reply->verdicts[0]));
    assert_string_equal(reply->verdicts[0]->refusal->hits[0]->rule, rule);
    free_reply(reply);
}

static inline Dunlin__Contact__V1__AttemptReport report_of(const struct id *permit_id,
                                                           Dunlin__Contact__V1__Telephony telephony)
{
    Dunlin__Contact__V1__AttemptReport report;
    dunlin__contact__v1__attempt_report__init(&report);
    report.permit_id = lend_id(permit_id);
    report.telephony = telephony;
    return report;
}

/* Reports one attempt; returns its result's code. */
static inline enum status report(struct fixture *fixture, Dunlin__Contact__V1__AttemptReport *attempt)
{
    Dunlin__Contact__V1__ReportAttemptsRequest request;
    dunlin__contact__v1__report_attempts_request__init(&request);
    request.reports = &attempt;
    request.n_reports = 1;
    Dunlin__Contact__V1__ReportAttemptsReply *reply =
        call_as(fixture, "dialer", "ReportAttempts", &request.base, STATUS_OK);
    enum status code = (enum status)reply->results[0]->code;
    g_strlcpy(fixture->last_error, reply->results[0]->message, sizeof(fixture->last_error));
    free_reply(reply);
    return code;
}

static inline void stop(struct fixture *fixture, const char *role, const char *account,
                        Dunlin__Contact__V1__StickyFlag flag, bool is_release, const char *reason, enum status expected)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__RecordRequestRequest request;
    dunlin__contact__v1__record_request_request__init(&request);
    request.account_id = lend_id(&account_id);
    request.flag = flag;
    request.is_release = is_release;
    request.reason = lend_text(reason);
    free_reply(call_as(fixture, role, "RecordRequest", &request.base, expected));
}

static inline Dunlin__Contact__V1__GetAccountReply *get(struct fixture *fixture, const char *account)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__GetAccountRequest request;
    dunlin__contact__v1__get_account_request__init(&request);
    request.account_id = lend_id(&account_id);
    return call_as(fixture, "operator", "GetAccount", &request.base, STATUS_OK);
}

/* --- timers --- */

/* Fires what is due now; returns how many timers were. */
static inline size_t fire(struct fixture *fixture)
{
    static const uint16_t partition = PARTITION;
    struct error err = {0};
    SCOPED(timers_freep) struct timers *due = NULL;
    struct unit *unit = begin(fixture);
    enum status st = timer_take_due(unit_tx(unit), "contact", &partition, 1, unit_now(unit), 100, &due, &err);
    size_t n = st == STATUS_OK ? due->n : 0;
    if (st == STATUS_OK && n > 0)
        st = contact_timers(unit, due->timers, n, &err);
    if (end(fixture, unit, st, &err) != STATUS_OK)
        fail_msg("%s", fixture->last_error);
    return n;
}

/* --- events out --- */

/* The events emitted since the last look, by the last part of their type's name: "ContactStopped ContactPlanned".
 * Static. */
static inline const char *emitted(struct fixture *fixture)
{
    static char names[4096];
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    struct error err = {0};
    names[0] = '\0';
    if (eventlog_read(fixture->db, PARTITION, fixture->read_seq, 1000, &batch, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < batch->n; i++) {
        if (names[0] != '\0')
            g_strlcat(names, " ", sizeof(names));
        g_strlcat(names, strrchr(batch->events[i].type, '.') + 1, sizeof(names));
        assert_int_equal(batch->events[i].agency_id, AGENCY);
        assert_false(id_is_none(&batch->events[i].debtor_id));
        assert_false(id_is_none(&batch->events[i].account_id));
        fixture->read_seq = batch->events[i].seq;
    }
    return names;
}

/* The last emitted event of a type; owned by the caller (free_reply). */
static inline void *last_event(struct fixture *fixture, const ProtobufCMessageDescriptor *type)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    assert_int_equal(eventlog_read(fixture->db, PARTITION, 0, 10000, &batch, NULL), STATUS_OK);
    for (size_t i = batch->n; i > 0; i--)
        if (strcmp(batch->events[i - 1].type, type->name) == 0)
            return protobuf_c_message_unpack(type, NULL, batch->events[i - 1].payload_len,
                                             batch->events[i - 1].payload);
    fail_msg("no event %s", type->name);
    abort(); /* not reached: fail_msg leaves, which the compiler does not know */
}

#endif
