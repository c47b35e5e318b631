#ifndef DUNLIN_TESTS_INTEGRATION_DISPUTE_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_DISPUTE_FIXTURE_H

#include "unit_fixture.h"

#include "dispute_service.h"
#include "dispute_store.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"

#define VERIFICATION_DAYS 30
#define OWED_MINOR        25000

static struct sop sop = {
    .verification_days = VERIFICATION_DAYS,
    .complaints =
        {
            [SOP_SEVERITY_LOW] = {120, 30, false},
            [SOP_SEVERITY_MEDIUM] = {48, 15, false},
            [SOP_SEVERITY_HIGH] = {24, 10, false},
            [SOP_SEVERITY_CRITICAL] = {8, 5, true},
        },
};
static struct policy_holder context = {.sop = &sop};

static inline int open_dispute(void **state)
{
    return fixture_open(state, &DISPUTE_SPEC, &context);
}

static inline void place(struct unit_fixture *fixture, const struct subject_ids *ids, bool is_disputed)
{
    Dunlin__Intake__V1__AccountPlaced message;

    dunlin__intake__v1__account_placed__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.is_disputed = is_disputed;
    message.balance_minor = OWED_MINOR;
    message.currency = wire_text("USD");
    fixture_apply_ok(fixture, &message.base);
}

static inline Dunlin__Intake__V1__AccountRecalled recalled(const struct subject_ids *ids)
{
    Dunlin__Intake__V1__AccountRecalled message;

    dunlin__intake__v1__account_recalled__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.reason = wire_text("sold");
    return message;
}

static inline void call_ends(struct unit_fixture *fixture, const struct subject_ids *ids, const char *permit,
                             Dunlin__Contact__V1__Outcome outcome)
{
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;
    struct id permit_id = named(permit);

    dunlin__contact__v1__attempt_report__init(&report);
    report.outcome = outcome;
    report.reason = wire_text("never bought that");
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.report = &report;
    fixture_apply_ok(fixture, &message.base);
}

static inline Dunlin__Dispute__V1__OpenDisputeRequest opening(const struct id *account_id)
{
    Dunlin__Dispute__V1__OpenDisputeRequest request;

    dunlin__dispute__v1__open_dispute_request__init(&request);
    request.account_id = wire_id(account_id);
    request.source = DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_DEBTOR;
    request.reason = wire_text("wrong amount");
    request.is_written = true;
    return request;
}

static inline Dunlin__Dispute__V1__DisputeView *dispute(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids->account);

    return (void *)fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
}

static inline void verify(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, enum status expected)
{
    Dunlin__Dispute__V1__RecordVerificationRequest request;

    dunlin__dispute__v1__record_verification_request__init(&request);
    request.dispute_id = dispute_id;
    request.note = wire_text("letter 4711");
    fixture_free_reply(fixture_call(fixture, "RecordVerification", &request.base, expected));
}

static inline void resolve(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, int outcome,
                           enum status expected)
{
    Dunlin__Dispute__V1__ResolveDisputeRequest request;

    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    request.dispute_id = dispute_id;
    request.outcome = (Dunlin__Dispute__V1__DisputeOutcome)outcome;
    request.note = wire_text("contract found");
    fixture_free_reply(fixture_call(fixture, "ResolveDispute", &request.base, expected));
}

/* The states of the account's disputes, oldest first: "ovrp", with '!' behind an escalated one. */
static inline void expect_disputes(struct unit_fixture *fixture, const struct subject_ids *ids, const char *expected)
{
    static const char LETTERS[] = "?ovrp";
    Dunlin__Dispute__V1__ListDisputesRequest request;
    char states[32] = "";

    dunlin__dispute__v1__list_disputes_request__init(&request);
    request.account_id = wire_id(&ids->account);
    Dunlin__Dispute__V1__ListDisputesReply *reply =
        (void *)fixture_call(fixture, "ListDisputes", &request.base, STATUS_OK);
    for (size_t i = 0; i < reply->n_disputes; i++) {
        const char letter[] = {LETTERS[reply->disputes[i]->state], reply->disputes[i]->is_escalated ? '!' : '\0', '\0'};
        g_strlcat(states, letter, sizeof(states));
    }
    assert_string_equal(states, expected);
    fixture_free_reply(reply);
}

static inline Dunlin__Dispute__V1__Complaint *complain(struct unit_fixture *fixture, const struct subject_ids *ids,
                                                       Dunlin__Dispute__V1__ComplaintSeverity severity)
{
    Dunlin__Dispute__V1__OpenComplaintRequest request;

    dunlin__dispute__v1__open_complaint_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.severity = severity;
    request.words = wire_text("called at work, and asked for 4111111111111111");
    return (void *)fixture_call(fixture, "OpenComplaint", &request.base, STATUS_OK);
}

static inline void move_complaint(struct unit_fixture *fixture, ProtobufCBinaryData complaint_id, int state,
                                  int severity, enum status expected)
{
    Dunlin__Dispute__V1__MoveComplaintRequest request;

    dunlin__dispute__v1__move_complaint_request__init(&request);
    request.complaint_id = complaint_id;
    request.state = (Dunlin__Dispute__V1__ComplaintState)state;
    request.severity = (Dunlin__Dispute__V1__ComplaintSeverity)severity;
    fixture_free_reply(fixture_call(fixture, "MoveComplaint", &request.base, expected));
}

static inline void resolve_complaint(struct unit_fixture *fixture, ProtobufCBinaryData complaint_id)
{
    Dunlin__Dispute__V1__ResolveComplaintRequest request;

    dunlin__dispute__v1__resolve_complaint_request__init(&request);
    request.complaint_id = complaint_id;
    request.outcome = DUNLIN__DISPUTE__V1__COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_JUSTIFIED;
    request.cause = DUNLIN__DISPUTE__V1__COMPLAINT_CAUSE__COMPLAINT_CAUSE_CONDUCT;
    fixture_free_reply(fixture_call(fixture, "ResolveComplaint", &request.base, STATUS_OK));
}

static inline size_t complaints_of(struct unit_fixture *fixture, const struct id *account_id)
{
    Dunlin__Dispute__V1__ListComplaintsRequest request;

    dunlin__dispute__v1__list_complaints_request__init(&request);
    if (account_id)
        request.account_id = wire_id(account_id);
    request.agency_id = FIXTURE_AGENCY;
    Dunlin__Dispute__V1__ListComplaintsReply *reply =
        (void *)fixture_call(fixture, "ListComplaints", &request.base, STATUS_OK);
    const size_t n = reply->n_complaints;
    fixture_free_reply(reply);
    return n;
}

#endif
