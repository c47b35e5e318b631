#ifndef DUNLIN_TESTS_INTEGRATION_CONTACT_CONTACT_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_CONTACT_CONTACT_FIXTURE_H

#include "unit_fixture.h"

#include "contact_events.h"
#include "contact_service.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "permit_model.h"
#include "test_instant.h"

/* The contact service's handlers, always at the head, under the standard SOP and the federal rules. */

static struct contact_context context;

static inline void drive(const char *text)
{
    assert_true(clock_drive(at(text)));
}

static inline int contact_open(void **state)
{
    struct error err = {0};
    if (sop_load("deploy/policies/standard.yaml", &context.sop, &err) != STATUS_OK ||
        contact_rules_load("deploy/rules", "us-federal,house", &context.rules, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    contact_context_update(&context);
    context.permit_valid_us = 60 * US_PER_S;
    context.report_grace_us = US_PER_HOUR;
    context.retry_us = US_PER_HOUR;
    int failed = fixture_open_undriven(state, &CONTACT_SPEC, &context);
    ((struct unit_fixture *)*state)->is_at_head = true;
    return failed;
}

static inline int contact_close(void **state)
{
    sop_free(context.sop);
    contact_rules_free(context.rules);
    return fixture_close(state);
}

static inline int clear(void **state)
{
    struct unit_fixture *fixture = *state;
    test_database_script(
        fixture->db,
        "TRUNCATE contact.account, contact.debtor, contact.number, contact.permit, contact.discussion, contact.fact;"
        " DELETE FROM platform.timer WHERE service = 'contact'");
    (void)fixture_emitted(fixture);
    return 0;
}

static inline void apply_ok(struct unit_fixture *fixture, const ProtobufCMessage *message, const char *debtor,
                            const char *account)
{
    const struct fixture_event event = {.message = message, .debtor_id = named(debtor), .account_id = named(account)};
    if (fixture_apply_events(fixture, &event, 1) != STATUS_OK)
        fail_msg("%s: %s", message->descriptor->name, fixture->last_error);
}

/* An account with one phone of its own, "<account>-phone", and the debtor's, "<debtor>-phone", both in New York. */
static inline void place_kind(struct unit_fixture *fixture, const char *debtor, const char *account,
                              Dunlin__Intake__V1__DebtKind kind)
{
    Dunlin__Intake__V1__AccountPlaced placed;
    Dunlin__Intake__V1__ContactPoint points[2];
    Dunlin__Intake__V1__ContactPoint *list[2] = {&points[0], &points[1]};
    char *zones[] = {wire_text("America/New_York")};
    struct id ids[2];
    const char *of[] = {debtor, account};
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *name = g_strconcat(of[i], "-phone", NULL);
        ids[i] = named(name);
        dunlin__intake__v1__contact_point__init(&points[i]);
        points[i].contact_point_id = wire_id(&ids[i]);
        points[i].kind = DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_PHONE;
        points[i].value = wire_text("+12125550100");
        points[i].zones = zones;
        points[i].n_zones = 1;
    }
    dunlin__intake__v1__account_placed__init(&placed);
    placed.balance_minor = 10000;
    placed.due_on_days = (int32_t)(clock_now().us / US_PER_DAY) - 10;
    placed.placed_at_us = clock_now().us;
    placed.contact_points = list;
    placed.n_contact_points = 2;
    placed.debt_kind = kind;
    apply_ok(fixture, &placed.base, debtor, account);
}

static inline void place(struct unit_fixture *fixture, const char *debtor, const char *account)
{
    place_kind(fixture, debtor, account, DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_UNSPECIFIED);
}

static inline void classify(struct unit_fixture *fixture, const char *debtor, const char *account, const char *strategy,
                            uint32_t priority)
{
    Dunlin__Classification__V1__AccountClassified classified;
    dunlin__classification__v1__account_classified__init(&classified);
    classified.strategy = wire_text(strategy);
    classified.priority = priority;
    apply_ok(fixture, &classified.base, debtor, account);
}

/* The reply is owned by the caller (fixture_free_reply), NULL where it was refused. */
static inline void *call_as(struct unit_fixture *fixture, const char *role, const char *method,
                            const ProtobufCMessage *request, enum status expected)
{
    const struct fixture_caller caller = {.peer = "acme", .role = role, .principal = ""};
    return fixture_call_as(fixture, &caller, method, request, expected);
}

/* Asks n times for the same account and phone in one call. */
static inline Dunlin__Contact__V1__RequestPermitsReply *ask(struct unit_fixture *fixture, const char *method,
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
        permits[i].account_id = wire_id(&account_id);
        permits[i].contact_point_id = wire_id(&phone_id);
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
static inline struct id permit(struct unit_fixture *fixture, const char *account, const char *phone)
{
    struct id id = {0};
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "RequestPermits", account, phone, 1);
    if (!is_permit(reply->verdicts[0]))
        fail_msg("refused: %s", reply->verdicts[0]->refusal->hits[0]->rule);
    assert_int_equal(id_from_bytes(reply->verdicts[0]->permit->permit_id.data,
                                   reply->verdicts[0]->permit->permit_id.len, "permit_id", &id, NULL),
                     STATUS_OK);
    fixture_free_reply(reply);
    return id;
}

/* Asks once and expects a refusal whose first rule is this. */
static inline void refused(struct unit_fixture *fixture, const char *account, const char *phone, const char *rule)
{
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "RequestPermits", account, phone, 1);
    assert_false(is_permit(reply->verdicts[0]));
    assert_string_equal(reply->verdicts[0]->refusal->hits[0]->rule, rule);
    fixture_free_reply(reply);
}

static inline Dunlin__Contact__V1__AttemptReport report_of(const struct id *permit_id,
                                                           Dunlin__Contact__V1__Telephony telephony)
{
    Dunlin__Contact__V1__AttemptReport report;
    dunlin__contact__v1__attempt_report__init(&report);
    report.permit_id = wire_id(permit_id);
    report.telephony = telephony;
    return report;
}

/* Reports one attempt; returns its result's code. */
static inline enum status report(struct unit_fixture *fixture, Dunlin__Contact__V1__AttemptReport *attempt)
{
    Dunlin__Contact__V1__ReportAttemptsRequest request;
    dunlin__contact__v1__report_attempts_request__init(&request);
    request.reports = &attempt;
    request.n_reports = 1;
    Dunlin__Contact__V1__ReportAttemptsReply *reply =
        call_as(fixture, "dialer", "ReportAttempts", &request.base, STATUS_OK);
    enum status code = (enum status)reply->results[0]->code;
    g_strlcpy(fixture->last_error, reply->results[0]->message, sizeof(fixture->last_error));
    fixture_free_reply(reply);
    return code;
}

/* n calls that nobody answers, one after the other. */
static inline void call_in_vain(struct unit_fixture *fixture, const char *account, const char *phone, int n)
{
    for (int i = 0; i < n; i++) {
        const struct id id = permit(fixture, account, phone);
        Dunlin__Contact__V1__AttemptReport unanswered =
            report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
        assert_int_equal(report(fixture, &unanswered), STATUS_OK);
    }
}

static inline void stop(struct unit_fixture *fixture, const char *role, const char *account,
                        Dunlin__Contact__V1__StickyFlag flag, bool is_release, const char *reason, enum status expected)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__RecordRequestRequest request;
    dunlin__contact__v1__record_request_request__init(&request);
    request.account_id = wire_id(&account_id);
    request.flag = flag;
    request.is_release = is_release;
    request.reason = wire_text(reason);
    fixture_free_reply(call_as(fixture, role, "RecordRequest", &request.base, expected));
}

static inline Dunlin__Contact__V1__GetAccountReply *get(struct unit_fixture *fixture, const char *account)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__GetAccountRequest request;
    dunlin__contact__v1__get_account_request__init(&request);
    request.account_id = wire_id(&account_id);
    return call_as(fixture, "operator", "GetAccount", &request.base, STATUS_OK);
}

static inline Dunlin__Contact__V1__Fact fact_of(Dunlin__Contact__V1__FactKind kind)
{
    Dunlin__Contact__V1__Fact fact;
    dunlin__contact__v1__fact__init(&fact);
    fact.kind = kind;
    return fact;
}
#define FACT(name) fact_of(DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_##name)

/* Owned by the caller; NULL where it was refused. */
static inline Dunlin__Contact__V1__RecordFactsReply *record_as(struct unit_fixture *fixture, const char *role,
                                                               const char *account, Dunlin__Contact__V1__Fact *fact,
                                                               enum status expected)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__RecordFactsRequest request;
    dunlin__contact__v1__record_facts_request__init(&request);
    request.account_id = wire_id(&account_id);
    request.facts = &fact;
    request.n_facts = 1;
    return call_as(fixture, role, "RecordFacts", &request.base, expected);
}

static inline struct id record(struct unit_fixture *fixture, const char *account, Dunlin__Contact__V1__Fact *fact)
{
    struct id id = {0};
    Dunlin__Contact__V1__RecordFactsReply *reply = record_as(fixture, "operator", account, fact, STATUS_OK);
    assert_int_equal(reply->n_results, 1);
    assert_int_equal(id_from_bytes(reply->results[0]->fact_id.data, ID_BYTES, "fact_id", &id, NULL), STATUS_OK);
    fixture_free_reply(reply);
    return id;
}

static inline void talk(struct unit_fixture *fixture, const char *account, const char *phone)
{
    const struct id id = permit(fixture, account, phone);
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.is_conversation = true;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
}

static inline void take_back(struct unit_fixture *fixture, const char *account, const struct id *fact_id)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__ReleaseFactRequest release;
    dunlin__contact__v1__release_fact_request__init(&release);
    release.account_id = wire_id(&account_id);
    release.fact_id = wire_id(fact_id);
    release.reason = wire_text("another debtor's letter");
    fixture_free_reply(call_as(fixture, "operator", "ReleaseFact", &release.base, STATUS_OK));
}

static inline Dunlin__Contact__V1__ReserveDialListReply *dial_list(struct unit_fixture *fixture, uint32_t limit)
{
    uint32_t partition = FIXTURE_PARTITION;
    Dunlin__Contact__V1__ReserveDialListRequest request;
    dunlin__contact__v1__reserve_dial_list_request__init(&request);
    request.partitions = &partition;
    request.n_partitions = 1;
    request.limit = limit;
    request.hold_s = 300;
    request.dialer = wire_text("acme");
    return call_as(fixture, "dialer", "ReserveDialList", &request.base, STATUS_OK);
}

static inline size_t dial_list_size(struct unit_fixture *fixture)
{
    Dunlin__Contact__V1__ReserveDialListReply *reply = dial_list(fixture, 1000);
    size_t n = reply->n_entries;
    fixture_free_reply(reply);
    return n;
}

#endif
